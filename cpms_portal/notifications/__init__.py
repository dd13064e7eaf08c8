"""Notices: what waits for a person, shown in the portal and told by mail. Never anything clinical.

Words: a *notice* is a fixed text and a place to go; its *box* holds a person's notices.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Offer ``add_notice_text`` and register the page of notices."""
    config.scan(".resources")
    config.include(".registration")
    config.include(".views")
