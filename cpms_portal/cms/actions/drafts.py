"""Drafts and locks: what somebody types is kept beside the item, and others are told."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.queries.drafts import lock_of, new_of
from cpms_portal.cms.resources import LibraryItem
from cpms_portal.cms.resources.editing import FRESH, Draft, Editing, Lock
from cpms_portal.core.actor import Actor


def _editing(item: Any) -> Editing:
    if item.editing is None:
        item.editing = Editing()
    return item.editing


def take_lock(item: LibraryItem, language: str, actor: Actor, *, over: bool = False) -> Lock:
    """Return the lock of a language: the actor's, unless somebody else holds it.

    over: take it from who holds it; they are told when they type on.
    """
    held = lock_of(item, language, actor.now)
    if held is not None and held.person != actor.oid and not over:
        return held
    if held is not None and held.person == actor.oid and actor.now - held.at < FRESH:
        return held
    taken_from = held.person if held is not None and held.person != actor.oid else 0
    made = Lock(actor.oid, actor.name, actor.now, taken_from)
    _editing(item).locks[language] = made
    return made


def keep_draft(
    item: LibraryItem, language: str, values: dict[str, Any], based_on: int, *, actor: Actor
) -> Lock:
    """Keep what the actor types; return the lock, which may be somebody else's by now."""
    _editing(item).drafts[(actor.oid, language)] = Draft(values, based_on, actor.now)
    return take_lock(item, language, actor)


def keep_new_draft(place: Any, kind: str, values: dict[str, Any], actor: Actor) -> None:
    """Keep what the actor types of a new item, beside the library or folder it is to stand in."""
    _editing(place).drafts[(actor.oid, new_of(kind))] = Draft(values, 0, actor.now)


def drop_new_draft(place: Any, kind: str, actor: Actor) -> None:
    """Forget what the actor typed of a new item."""
    if place.editing is not None:
        place.editing.drafts.pop((actor.oid, new_of(kind)), None)


def let_go(item: LibraryItem, language: str, actor: Actor) -> None:
    """Forget the actor's draft and lock."""
    if item.editing is None:
        return
    item.editing.drafts.pop((actor.oid, language), None)
    held = item.editing.locks.get(language)
    if held is not None and held.person == actor.oid:
        del item.editing.locks[language]
