"""Questions about the items of a library: which there are, what they say, what they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cpms_portal.cms.queries.text import html_of
from cpms_portal.cms.resources import (
    Collection,
    ConsentForm,
    Library,
    LibraryItem,
    PageText,
)
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import find_above, oid_of, path_of, resource_of, root_of
from cpms_portal.search.lookup import begun
from cpms_portal.search.queries import Found, find, numbers_of, oids_of
from cpms_portal.security.permissions import Permission

#: A listing for readers shows so many items at a time.
LISTED = 60
#: So many a collection finds that says no number.
MOST_COLLECTED = 50
#: What is part of other pages, and no page of its own in a listing for readers.
UNLISTED = frozenset({"picture"})
#: What is.
READ = tuple(name for name in KINDS if name not in UNLISTED)


def pages_of(
    place: Any, actor: Actor, *, tag: str | None = None, start: int = 0, size: int | None = None
) -> Found:
    """Return what is to be read in a library or folder, and below, in the order of its editors."""
    where: dict[str, Any] = {"kind": READ} if tag is None else {"kind": READ, "tag": tag}
    size = size or LISTED
    return find(actor, "page", within=place, where=where, sort="position", start=start, size=size)


def items_in(place: Any, actor: Actor, *, start: int = 0, size: int = LISTED) -> Found:
    """Return what stands right in a library or folder and the actor may view, in order."""
    where = {"in": oid_of(place)}
    return find(actor, "page", within=place, where=where, sort="position", start=start, size=size)


def to_read_in(place: Any, actor: Actor, *, start: int = 0) -> Found:
    """Return what is to be read right in a folder, in order; its pictures, where it has no more."""
    where = {"in": oid_of(place), "kind": READ}
    found = find(
        actor, "page", within=place, where=where, sort="position", start=start, size=LISTED
    )
    return found if found.total else items_in(place, actor, start=start)


def published_on(item: LibraryItem) -> datetime | None:
    """Return since when readers see an item: from when it is shown, else its first publication."""
    steps = (step.at for step in item.history if step.to_state == "published")
    return item.shown_from or next(steps, item.created)


def tags_below(place: Any, actor: Actor) -> list[tuple[str, int]]:
    """Return the tags of what is to be read in a place, with how many have each; most first."""
    seen = oids_of(actor, "page", place, {"kind": READ})
    return sorted(numbers_of(place, "page", "tag", seen), key=lambda one: (-one[1], one[0]))


def working_copies_of(item: LibraryItem, actor: Actor) -> list[LibraryItem]:
    """Return the working copies of an item the actor may see."""
    where = {"copy_of": oid_of(item)}
    return find(actor, "page", within=root_of(item), where=where, sort="changed").items


def collected(collection: Collection, actor: Actor, *, start: int = 0) -> Found:
    """Return what a collection finds now for this actor, no more than it is to find at most."""
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
    most = about.get("limit") or MOST_COLLECTED
    start = start if start < most else 0
    found = find(
        actor,
        "page",
        within=within,
        where=where,
        sort=about.get("sort") or "position",
        descending=bool(about.get("descending")),
        start=start,
        size=min(LISTED, most - start),
        without=(oid_of(collection),),
    )
    return Found(min(found.total, most), found.items, start, LISTED)


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
