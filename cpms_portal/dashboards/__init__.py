"""Pages that compose: first page, my work, networks, countries, centres, search. Imported by none.

Words: a *block* of my work is one kind of thing that waits for a person; packages below offer
further blocks as sections of the portal at the place ``my-work``.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register the pages and the tabs of networks, countries and centres."""
    config.add_assets("dashboards", "cpms_portal.dashboards:static")
    for page in (
        "front",
        "my_work",
        "networks",
        "places",
        "memberships",
        "membership",
        "access_policy",
        "hand_over",
        "trail",
        "search",
    ):
        config.include(f".views.{page}")
