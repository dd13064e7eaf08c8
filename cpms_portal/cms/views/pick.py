"""What the editor picks from: everything of the portal's libraries the writer may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.exporter import libraries
from cpms_portal.cms.queries.items import items_in
from cpms_portal.cms.queries.links import target_of
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem, Picture
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.networks.queries import network_of
from cpms_portal.search.lookup import begun
from cpms_portal.search.queries import find
from cpms_portal.security.permissions import Permission

#: So many are shown of a search, of a folder, and of what was chosen already.
MOST, MOST_INSIDE, MOST_NAMED = 20, 500, 30
#: The place above all libraries.
TOP = "0"


def pick(context: Any, request: Request) -> dict[str, Any]:
    """Answer with what could be linked to or put in.

    q: words of its title; address: what stands at these; else what stands in a folder (in), at
    first that of the item itself.
    """
    words, named = request.GET.get("q", "")[:100], request.GET.getall("address")
    if named:
        return {"items": [_at(one, request) for one in named[:MOST_NAMED]]}
    if words.strip():
        return {"items": [_row(one, request) for one in _sought(words, request)]}
    return _inside(context, request)


def _sought(words: str, request: Request) -> Iterable[LibraryItem]:
    where = begun(request.root, "page", words)
    kind = request.GET.get("kind", "")
    if kind in KINDS:
        where.append(("kind", kind))
    return find(
        request.actor,
        "page",
        within=request.root,
        where=where,
        sort="changed",
        descending=True,
        size=MOST,
    )


def _inside(context: Any, request: Request) -> dict[str, Any]:
    """Return what stands in a library or folder: folders, and what is of the type asked for."""
    place = _place(context, request)
    if place is None:
        seen = [one for _folder, one in libraries(request.root) if _may(one, request)]
        return {"here": None, "up": None, "items": [_row(one, request) for one in seen]}
    kind = request.GET.get("kind", "")
    found = items_in(place, request.actor, size=MOST_INSIDE)
    fitting = [one for one in found if kind not in KINDS or one.kind in (kind, "folder")]
    up = TOP if isinstance(place, Library) else str(oid_of(place.__parent__))
    here = _name(place, request)
    return {"here": here, "up": up, "items": [_row(one, request) for one in fitting]}


def _place(context: Any, request: Request) -> Library | LibraryFolder | None:
    asked = request.GET.get("in", "")
    if asked == TOP:
        return None
    chosen = target_of(request.root, asked) if asked.lstrip("-").isdecimal() else None
    place = chosen if isinstance(chosen, (Library, LibraryFolder)) else context
    while not isinstance(place, (Library, LibraryFolder)):
        place = place.__parent__
    return place if _may(place, request) else None


def _may(place: Any, request: Request) -> bool:
    wanted = Permission.LIBRARY_VIEW if isinstance(place, Library) else Permission.PAGE_VIEW
    return bool(request.has_permission(wanted, place))


def _at(address: str, request: Request) -> dict[str, Any]:
    """Return what stands at an address; nothing but the address of what the writer cannot see."""
    found = target_of(request.root, address)
    if isinstance(found, (Library, LibraryItem)) and _may(found, request):
        return {**_row(found, request), "place": address}
    return {"title": "", "place": address}


def _name(place: Any, request: Request) -> str:
    if not isinstance(place, Library):
        return str(place.title)
    network = network_of(place)
    return request.localizer.translate(_("The portal")) if network is None else network.acronym


def _row(item: Any, request: Request) -> dict[str, Any]:
    """Return a row: title, address by identity, place; its oid where one can look inside."""
    is_picture = isinstance(item, Picture)
    scale = request.resource_path(item, "scale", query={"width": 400}) if is_picture else None
    return {
        "title": _name(item, request),
        "address": f"/resolve/{oid_of(item)}",
        "place": request.resource_path(item).rstrip("/"),
        "kind": getattr(item, "kind", "library"),
        "inside": str(oid_of(item)) if isinstance(item, (Library, LibraryFolder)) else None,
        "picture": scale,
        **(_said(item) if is_picture else {}),
    }


def _said(picture: Picture) -> dict[str, Any]:
    text = picture.texts.get(picture.original)
    return {
        "alternative": str(text.more.get("alternative", "")) if text is not None else "",
        "decorative": bool(picture.about.get("decorative")),
    }


def includeme(config: Configurator) -> None:
    """Register the address."""
    for context in (Library, LibraryItem):
        config.add_view(
            pick,
            context=context,
            name="pick",
            permission=Permission.PAGE_EDIT,
            request_method="GET",
            renderer="json",
        )
