"""What the editor picks from: everything of the portal's libraries the writer may see."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.resources import Library, LibraryItem
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.core.resources import oid_of
from cpms_portal.search.lookup import begun
from cpms_portal.search.queries import find
from cpms_portal.security.permissions import Permission

MOST = 20


def pick(context: Any, request: Request) -> list[dict[str, Any]]:
    """Answer with what could be linked to or put in: title, address by identity, place."""
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "")[:100]
    where = begun(context, "page", words)
    if kind in KINDS:
        where.append(("kind", kind))
    found = find(
        request.actor,
        "page",
        within=request.root,
        where=where,
        sort="changed",
        descending=True,
        size=MOST,
    )
    return [
        {
            "title": item.title,
            "address": f"/resolve/{oid_of(item)}",
            "place": request.resource_path(item),
            "kind": item.kind,
            "alternative": _alternative(item),
        }
        for item in found
    ]


def _alternative(item: LibraryItem) -> str:
    text = item.texts.get(item.original)
    return str(text.more.get("alternative", "")) if text is not None else ""


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
