"""Search: one catalog over what pages list, every question filtered by who may view."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register the catalog and keep it true."""
    config.scan(".indexes")
    config.scan(".subscribers")
    config.include(".fulltext")
