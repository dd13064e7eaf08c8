"""Old addresses: what was moved or renamed is found where it stands now."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import ContextFound
from pyramid.httpexceptions import HTTPMovedPermanently

from cpms_portal.cms.queries.links import moved_to
from cpms_portal.cms.queries.names import is_view
from cpms_portal.cms.resources import Library, LibraryFolder


def follow(event: ContextFound) -> None:
    """Lead a reader of an old address on, when they may see what stood there."""
    request = event.request
    place = request.context
    if not request.view_name or not isinstance(place, (Library, LibraryFolder)):
        return
    if is_view(request.registry, place, request.view_name):
        return
    found = moved_to(request.root, request.path_info)
    noun = getattr(found, "noun", None)
    if noun is None or not request.has_permission(f"{noun}:view", found):
        return
    # What was moved may be moved back: no browser keeps the answer.
    headers = [("Cache-Control", "no-store")]
    raise HTTPMovedPermanently(request.resource_path(found), headers=headers)


def includeme(config: Configurator) -> None:
    """Look at each address that was found no further than a library or a folder."""
    config.add_subscriber(follow, ContextFound)
