"""What a library and its folders show of the ways through them: search, maps, feeds."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.resources import Collection, Library, LibraryFolder
from cpms_portal.core.i18n import _
from cpms_portal.networks.queries import network_of, networks_of
from cpms_portal.security.permissions import Permission


def ways_section(context: Library, request: Request) -> dict[str, Any]:
    """Offer to search the library, and name the other ways through it."""
    return {
        "path": request.resource_path(context, "search"),
        "suggest": request.resource_path(context, "suggest"),
        "ways": [
            (words, request.resource_path(context, name))
            for name, words in (
                ("changes", _("Changed last")),
                ("tags", _("By subject")),
                ("sitemap", _("Site map")),
                ("feed", _("Feed for your reader")),
            )
        ],
    }


def networks_section(context: Library, request: Request) -> dict[str, Any]:
    """Name the libraries of the networks, beside that of the portal."""
    networks = [] if network_of(context) is not None else networks_of(context)
    return {
        "libraries": [
            (network.acronym, request.resource_path(network["library"]))
            for network in networks
            if "library" in network
            and request.has_permission(Permission.LIBRARY_VIEW, network["library"])
        ]
    }


def feed_section(context: Library | LibraryFolder | Collection, request: Request) -> dict[str, Any]:
    """Name the feed of a place, to who reads the page and to programs that read feeds."""
    return {"feed": request.resource_path(context, "feed")}


def includeme(config: Configurator) -> None:
    """Register the pieces of pages."""
    library, page = Permission.LIBRARY_VIEW, Permission.PAGE_VIEW
    for context, permission, view, name, place, template in (
        (Library, library, ways_section, "ways-section", "library-first", "search-box"),
        (Library, library, networks_section, "networks-section", "aside", "networks"),
        (Library, library, feed_section, "feed-link", "head", "feed-link"),
        (LibraryFolder, page, feed_section, "feed-section", "item", "feed"),
        (LibraryFolder, page, feed_section, "feed-link", "head", "feed-link"),
        (Collection, page, feed_section, "feed-section", "item", "feed"),
        (Collection, page, feed_section, "feed-link", "head", "feed-link"),
    ):
        config.add_view(
            view,
            context=context,
            name=name,
            permission=permission,
            request_method="GET",
            renderer=f"cpms_portal.reading:templates/{template}.pt",
        )
        config.add_section(context, name, order=10, permission=permission, place=place)
