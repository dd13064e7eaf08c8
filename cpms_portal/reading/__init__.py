"""What readers of the libraries use: search, feeds, site map, tags, comments, "was this helpful?".

Words: a *comment* is shown once somebody of the library has looked at it; a *voice* says whether
an item was helpful, and is counted, never kept.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, what is found by its text, and pages."""
    config.scan(".resources")
    config.add_assets("reading", "cpms_portal.reading:static")
    config.include(".interfaces")
    config.include(".guards")
    config.include(".indexes")
    for module in ("search", "feeds", "maps", "item", "comments", "library"):
        config.include(f".views.{module}")
