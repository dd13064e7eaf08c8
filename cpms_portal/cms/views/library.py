"""The library, its folders and collections: what there is to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.items import (
    collected,
    pages_of,
    published_on,
    tags_below,
    to_read_in,
)
from cpms_portal.cms.queries.text import opening_of_text
from cpms_portal.cms.resources import Collection, Library, LibraryFolder, LibraryItem
from cpms_portal.cms.schemas.kinds import kind_of
from cpms_portal.cms.views.item import is_indexed, shown_item
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.cms.views.words import may_be_kept, number_in, tag_title
from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above
from cpms_portal.networks.resources import Network
from cpms_portal.search.queries import Found
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import state_of

#: So many subjects are named above a library; all of them have a page of their own.
MOST_TAGS = 12
#: Types that are of a day: of news the day they came out, of events the day they begin.
DATED = ("news", "event")
NOTHING = Found(0, [])


def library_page(context: Library, request: Request) -> dict[str, Any]:
    """Show the items of a library, by tag where one is chosen."""
    may_be_kept(request)
    tag, start = request.GET.get("tag") or None, number_in(request.GET.get("start", ""))
    actor = request.actor
    # Behind the last one is the first page again, as where no number stands.
    found = pages_of(context, actor, tag=tag, start=start) or pages_of(context, actor, tag=tag)
    network = find_above(context, Network)
    return {
        "title": _("Library") if network is None else _("Library of the network"),
        "tag": tag,
        "network": network,
        "has_forms": network is None and "consent-forms" in context,
        "tags": _subjects(context, tag, actor),
        "entries": entries_of(found, request),
        "found": found,
        "address": _addresses(context, {"tag": tag} if tag else {}, request),
        "indexed": is_indexed(request) and tag is None,
    }


def _subjects(library: Library, chosen: str | None, actor: Actor) -> list[tuple[str, Any]]:
    """Return the tags most items have, and the one chosen wherever it stands among them."""
    every = [tag for tag, _number in tags_below(library, actor)]
    first = every[:MOST_TAGS]
    also = [chosen] if chosen in every and chosen not in first else []
    return [(tag, tag_title(tag)) for tag in [*first, *also]]


def _addresses(place: Any, query: Mapping[str, str], request: Request) -> Callable[[int], str]:
    """Return what tells the address of each part of a long listing."""

    def address(start: int) -> str:
        whole = {**query, "start": str(start)} if start else query
        return str(request.resource_path(place, **({"query": whole} if whole else {})))

    return address


def entries_of(items: Iterable[LibraryItem], request: Request) -> list[dict[str, Any]]:
    """Return what a listing says of items, in the reader's language."""
    languages = reading_languages(request)
    return [_entry(item, languages, request) for item in items]


def _entry(item: LibraryItem, languages: list[str], request: Request) -> dict[str, Any]:
    language, text = item.text_for(languages)
    published = item.state == "published"
    return {
        "page": item,
        "title": text.title,
        "language": language,
        "opening": opening_of_text(text),
        "kind": kind_of(item),
        "day": _day(item) if item.kind in DATED else None,
        # Readers see what is published alone; who works on it sees what is not yet.
        "state": None if published else state_of(item, request.registry),
    }


def _day(item: LibraryItem) -> Any:
    return item.about.get("begins") if item.kind == "event" else published_on(item)


def listed_in(context: LibraryItem, actor: Actor, start: int = 0) -> Found:
    """Return what the page of a folder or a collection lists for an actor; else nothing."""
    if isinstance(context, LibraryFolder):
        return to_read_in(context, actor, start=start)
    return collected(context, actor, start=start) if isinstance(context, Collection) else NOTHING


def listing_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show a folder with what stands in it, or a collection with what it finds."""
    start = number_in(request.GET.get("start", ""))
    found = listed_in(context, request.actor, start) or listed_in(context, request.actor)
    asked = request.GET.get("language")
    return {
        **shown_item(context, request),
        "entries": entries_of(found, request),
        "found": found,
        "address": _addresses(context, {"language": asked} if asked else {}, request),
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    shared: dict[str, Any] = {"request_method": "GET", "kept": True}
    config.add_view(
        library_page,
        context=Library,
        permission=Permission.LIBRARY_VIEW,
        renderer="cpms_portal.cms:templates/library.pt",
        **shared,
    )
    for context in (LibraryFolder, Collection):
        config.add_view(
            listing_page,
            context=context,
            permission=Permission.PAGE_VIEW,
            renderer="cpms_portal.cms:templates/item.pt",
            **shared,
        )
