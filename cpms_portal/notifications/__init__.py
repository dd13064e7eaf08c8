"""Notices: what waits for a person, shown in the portal and told by mail. Never anything clinical.

Words: a *notice* is a fixed text and a place to go; its *box* holds a person's notices; a
*reminder* is a notice sent because a day has come, by ``./cpms remind``.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Offer ``add_notice_text`` and ``add_reminder``, and register the page of notices."""
    config.scan(".resources")
    config.include(".registration")
    config.include(".views")
