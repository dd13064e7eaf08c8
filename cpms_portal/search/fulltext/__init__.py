"""Full text search over what is published: never over patients or panels.

Words: a *passage* is what one hit shows, a text in one language or a part of it with an anchor;
a *reading* is all there is to know of one resource: its passages, and who may find them. The
index is a file beside the object database that follows its transactions (docs/decisions/0055).
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Open the index, let it follow the tree, and offer ``add_fulltext``."""
    config.include(".registration")
    config.include(".following")
    config.include(".upkeep")
