"""Presentations: in a panel one person shows images, the others follow live or let go.

Words: whoever *leads* shows what they see (study, image, window, zoom, pointer); a *looker* has
the images of the panel open, *follows* or looks for themselves. What is shared is a few numbers
that live for minutes beside the object database (decision 42); nothing of it is kept.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Open the store, register the pages."""
    config.include(".store")
    config.include(".views")
