"""The library, its folders and collections: what there is to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.items import UNLISTED, collected, items_in, pages_of, tags_of
from cpms_portal.cms.queries.text import opening_of_text
from cpms_portal.cms.resources import Collection, Library, LibraryFolder, LibraryItem
from cpms_portal.cms.schemas.kinds import kind_of
from cpms_portal.cms.views.item import shown_item
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.cms.views.words import may_be_kept, tag_title
from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above
from cpms_portal.networks.resources import Network
from cpms_portal.security.permissions import Permission


def library_page(context: Library, request: Request) -> dict[str, Any]:
    """Show the items of a library by tag."""
    may_be_kept(request)
    tag = request.GET.get("tag") or None
    every = [one for one in pages_of(context, request.actor) if one.kind not in UNLISTED]
    chosen = [item for item in every if tag is None or tag in item.tags]
    network = find_above(context, Network)
    return {
        "title": _("Library") if network is None else _("Library of the network"),
        "tag": tag,
        "network": network,
        "has_forms": network is None and "consent-forms" in context,
        "tags": [(one, tag_title(one)) for one in tags_of(every)],
        "entries": entries_of(chosen, request),
    }


def entries_of(items: Iterable[LibraryItem], request: Request) -> list[dict[str, Any]]:
    """Return what a listing says of items, in the reader's language."""
    languages = reading_languages(request)
    return [_entry(item, languages) for item in items]


def _entry(item: LibraryItem, languages: list[str]) -> dict[str, Any]:
    language, text = item.text_for(languages)
    return {
        "page": item,
        "title": text.title,
        "language": language,
        "opening": opening_of_text(text),
        "kind": kind_of(item),
    }


def listed_in(context: LibraryItem, actor: Actor) -> list[LibraryItem]:
    """Return what the page of a folder or a collection lists for an actor; else nothing."""
    if isinstance(context, LibraryFolder):
        return [one for one in items_in(context, actor) if one.kind not in UNLISTED]
    return list(collected(context, actor)) if isinstance(context, Collection) else []


def listing_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show a folder with what stands in it, or a collection with what it finds."""
    found = listed_in(context, request.actor)
    return {**shown_item(context, request), "entries": entries_of(found, request)}


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
