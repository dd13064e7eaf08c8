"""Questions about the items of a library: which there are, what they say, what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from cpms_portal.cms.queries.text import html_of
from cpms_portal.cms.resources import (
    Collection,
    ConsentForm,
    Library,
    LibraryItem,
    PageText,
)
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import find_above, oid_of, path_of, resource_of, root_of
from cpms_portal.search.lookup import begun
from cpms_portal.search.queries import Found, find
from cpms_portal.security.permissions import Permission

#: A listing for readers shows so many items at a time.
LISTED = 200
#: What is part of other pages, and no page of its own in a listing for readers.
UNLISTED = frozenset({"picture"})


def pages_of(place: Any, actor: Actor) -> Found:
    """Return everything of a library or folder, and below, that the actor may view, in order."""
    return find(actor, "page", within=place, sort="position", size=LISTED)


def items_in(place: Any, actor: Actor, *, size: int = LISTED) -> Found:
    """Return what stands right in a library or folder and the actor may view, in order."""
    where = {"in": oid_of(place)}
    return find(actor, "page", within=place, where=where, sort="position", size=size)


def tags_of(items: Iterable[LibraryItem]) -> list[str]:
    """Return the tags of items, those of most items first."""
    counted = Counter(tag for item in items for tag in item.tags)
    return [tag for tag, _times in counted.most_common()]


def working_copies_of(item: LibraryItem, actor: Actor) -> list[LibraryItem]:
    """Return the working copies of an item the actor may see."""
    where = {"copy_of": oid_of(item)}
    return find(actor, "page", within=root_of(item), where=where, sort="changed").items


def collected(collection: Collection, actor: Actor, *, start: int = 0) -> Found:
    """Return what a collection finds now for this actor."""
    about = collection.about
    chosen = about.get("within")
    within = resource_of(collection, chosen) if chosen else find_above(collection, Library)
    if within is None:
        return Found(0, [], 0, 0)
    where: list[tuple[str, Any]] = []
    for facet, name in (("kind", "kinds"), ("tag", "tags_any")):
        if about.get(name):
            where.append((facet, list(about[name])))
    if about.get("language"):
        where.append(("language", about["language"]))
    where += begun(collection, "page", about.get("words", ""))
    return find(
        actor,
        "page",
        within=within,
        where=where,
        sort=about.get("sort") or "position",
        descending=bool(about.get("descending")),
        start=start,
        size=about.get("limit") or 50,
        without=(oid_of(collection),),
    )


def opened_by(resource: Any) -> Permission:
    """Return the permission that opens something of a library."""
    return Permission.LIBRARY_VIEW if isinstance(resource, ConsentForm) else Permission.PAGE_VIEW


def values_of(item: LibraryItem, language: str) -> dict[str, Any]:
    """Return what the form of an item shows in a language: of the original where it is new."""
    text = item.texts.get(language) or item.texts.get(item.original) or PageText(item.title)
    values = {**item.about, **text.more, "title": text.title, "summary": text.summary}
    for name in ("related", "within"):
        if values.get(name):
            values[name] = _addresses(item, values[name])
    values["text"] = html_of(text.text, text.syntax)
    for name, key in (("steps", "text"), ("questions", "answer")):
        if name in values:
            values[name] = [{**row, key: html_of(row[key], row["syntax"])} for row in values[name]]
    for step in values.get("steps", ()):
        step["picture"] = _addresses(item, step["picture"]) if step.get("picture") else None
    times = {"shown_from": item.shown_from, "shown_until": item.shown_until}
    return {**values, **times, "tags": item.tags}


def _addresses(item: LibraryItem, kept: Any) -> Any:
    """Return where things stand now that are kept by their identity; what is gone is left out."""
    if isinstance(kept, int):
        path = path_of(item, kept)
        return None if path is None else "/".join(path)
    return [one for oid in kept if (one := _addresses(item, oid)) is not None]
