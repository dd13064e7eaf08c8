"""Languages: which the interface speaks, and which one a person reads."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register the catalogues and the choice of the language."""
    config.include(".negotiation")
