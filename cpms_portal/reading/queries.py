"""Questions of readers: what is new, what is related, what others say, how helpful it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cpms_portal.cms.queries.items import READ, collected, tags_below
from cpms_portal.cms.resources import Collection, Library, LibraryItem, Trash
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import find_above, oid_of, path_of, resource_of, root_of
from cpms_portal.reading.resources import Comment, Comments, Voices
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.queries import Found, find, in_order, oids_of
from cpms_portal.security.permissions import Permission

COMMENTS = "comments"
FEED, NEW, RELATED, MOST_COMMENTS = 30, 50, 5, 200
#: So many items of one folder a site map names; of the others it says how many there are.
MOST_OF_FOLDER = 200
#: So many addresses one site map may have (sitemaps.org protocol 0.9).
MOST_ADDRESSES = 50_000


@dataclass(frozen=True)
class Address:
    """Where an item stands, and when it last changed."""

    path: str
    changed: datetime


@dataclass(frozen=True)
class Branch:
    """An item of a site map with what stands below it. more: how many below are not named."""

    item: LibraryItem
    below: tuple[Branch, ...]
    more: int = 0


def newest(place: Any, actor: Actor, size: int = NEW, start: int = 0) -> Found:
    """Return what changed last in a library, folder or everywhere; a collection has its own."""
    if isinstance(place, Collection):
        return collected(place, actor)
    return find(
        actor,
        "page",
        within=place,
        where={"kind": READ},
        sort="changed",
        descending=True,
        size=size,
        start=start,
    )


def related_to(item: LibraryItem, actor: Actor) -> list[LibraryItem]:
    """Return what the editors named, there or here, then items with a tag in common."""
    named = _named(item, actor)
    if len(named) >= RELATED:
        return named
    alike = [one for one in _alike(item, actor) if one not in named]
    return [*named, *alike][:RELATED]


def _named(item: LibraryItem, actor: Actor) -> list[LibraryItem]:
    """Return what an item names as related, then what names it."""
    chosen = (resource_of(item, oid) for oid in item.about.get("related", ()))
    where = {"related": str(oid_of(item))}
    found = find(actor, "page", within=root_of(item), where=where, sort="title", size=RELATED)
    seen = [one for one in chosen if one is not None and _is_shown(one, actor)]
    return list(dict.fromkeys([*seen, *(one for one in found if one.copy_of is None)]))


def _is_shown(item: LibraryItem, actor: Actor) -> bool:
    return find_above(item, Trash) is None and actor.may(Permission.PAGE_VIEW, item)


def _alike(item: LibraryItem, actor: Actor) -> list[LibraryItem]:
    """Return items with a tag in common, those with most in common first."""
    library = find_above(item, Library)
    if not item.tags or library is None:
        return []
    found = find(
        actor,
        "page",
        within=library,
        where={"tag": item.tags, "kind": READ},
        sort="changed",
        descending=True,
        size=RELATED * 4,
    )
    shown = [one for one in found if one is not item and one.copy_of is None]
    common = set(item.tags)
    return sorted(shown, key=lambda one: -len(common.intersection(one.tags)))[:RELATED]


def tags_in(library: Library, actor: Actor) -> list[tuple[str, int]]:
    """Return the tags of what the actor may view in a library, with how many items have each."""
    return sorted(tags_below(library, actor))


def addresses_for(anywhere: Any, actor: Actor) -> Iterator[Address]:
    """Yield the addresses of all items an actor may view; none of them is loaded."""
    root = root_of(anywhere)
    changed = catalog_of(root)["changed"]._rev_index
    oids = oids_of(actor, "page", root, {"kind": READ})
    for _number, oid in zip(range(MOST_ADDRESSES), oids, strict=False):
        path = path_of(root, oid)
        if path is not None:
            yield Address("/".join(path), datetime.fromtimestamp(changed.get(oid) or 0, UTC))


def tree_of(library: Library, actor: Actor) -> Branch:
    """Return what an actor may view of a library, as it stands in folders; not all is loaded."""
    root = root_of(library)
    oids = oids_of(actor, "page", library, {"kind": READ})
    inside: dict[tuple[str, ...], list[int]] = {}
    for oid in in_order(library, oids, "position"):
        path = path_of(root, oid)
        if path is not None:
            inside.setdefault(tuple(path[:-1]), []).append(oid)
    return _branch(library, inside)


def _branch(place: Any, inside: Mapping[tuple[str, ...], list[int]]) -> Branch:
    oids = inside.get(tuple(path_of(place, oid_of(place)) or ()), [])
    items = (resource_of(place, oid) for oid in oids[:MOST_OF_FOLDER])
    below = tuple(_branch(one, inside) for one in items if one is not None)
    return Branch(place, below, max(0, len(oids) - MOST_OF_FOLDER))


def desk_of(item: Any) -> Comments | None:
    """Return what is kept of readers in the library of an item, or None before the first."""
    library = find_above(item, Library)
    return None if library is None else library.get(COMMENTS)


def is_open(item: LibraryItem) -> bool:
    """Say whether readers may comment on an item."""
    desk = desk_of(item)
    return desk is not None and oid_of(item) in desk.open


def comments_on(item: LibraryItem, actor: Actor) -> list[Comment]:
    """Return the comments on an item the actor may see, oldest first."""
    desk = desk_of(item)
    if desk is None or not is_open(item):
        return []
    where = {"item": oid_of(item)}
    return find(actor, "comment", within=desk, where=where, size=MOST_COMMENTS).items


def waiting_comments(library: Library, actor: Actor, start: int = 0) -> Found:
    """Return the comments of a library that wait for somebody to look at them."""
    desk = library.get(COMMENTS)
    if desk is None:
        return Found(0, [])
    return find(actor, "comment", within=desk, where={"state": "waiting"}, start=start)


def item_of(comment: Comment) -> LibraryItem | None:
    """Return what a comment is about."""
    found: LibraryItem | None = resource_of(comment, comment.item)
    return found


def voices_on(item: LibraryItem, actor: Actor) -> Voices | None:
    """Return the voices on an item, for those who may edit it."""
    desk = desk_of(item)
    if desk is None or not actor.may(Permission.PAGE_EDIT, item):
        return None
    found: Voices | None = desk.voices.get(oid_of(item))
    return found
