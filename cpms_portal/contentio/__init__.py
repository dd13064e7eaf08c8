"""What the portal is born with: brings a database up and reads ``content/`` through importers."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Offer ``add_importer``, ``add_bringing_up`` and ``add_content_check``."""
    config.include(".registration")
