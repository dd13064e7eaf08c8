"""The look of the portal: master template, macros, tabs, sections, menu, static files, error pages.

Words: a *tab* is a view of a node; a *section* is a piece of page offered by a higher package;
a *menu entry* stands in the header of every page; a *crumb* is a node above the page.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Offer the directives, serve the static files and register the pages of the layout."""
    config.add_setting(
        "cpms.layout.timezone", str, "Europe/Brussels", "time zone that times are shown in"
    )
    config.include(".registration")
    config.include(".assets")
    config.include(".menu")
    config.include(".theme")
    config.include(".language")
    config.include(".messages")
    config.add_subscriber(".subscribers.offer_layout", "pyramid.events.BeforeRender")
    config.include(".style")
    config.include(".views")
