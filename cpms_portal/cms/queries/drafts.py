"""Questions about editing: who is at it, what was typed and not saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.cms.resources.editing import HELD, Draft, Lock
from cpms_portal.core.actor import Actor


def lock_of(item: LibraryItem, language: str, now: datetime) -> Lock | None:
    """Return who is editing a language of an item now, or None."""
    found = None if item.editing is None else item.editing.locks.get(language)
    return found if found is not None and now < found.at + HELD else None


def new_of(kind: str) -> str:
    """Return what the draft of a new item of a type is kept under, in the place of a language."""
    return f"new:{kind}"


def new_draft_of(place: Any, kind: str, actor: Actor) -> Draft | None:
    """Return what the actor typed of a new item of a type in a library or folder, or None."""
    kept = None if place.editing is None else place.editing.drafts
    return None if kept is None else kept.get((actor.oid, new_of(kind)))


def others_at(item: LibraryItem, actor: Actor) -> list[Lock]:
    """Return who else is editing an item now, in whatever language."""
    locks = () if item.editing is None else item.editing.locks.values()
    return [one for one in locks if actor.now < one.at + HELD and one.person != actor.oid]


def draft_of(item: LibraryItem, language: str, actor: Actor) -> Draft | None:
    """Return what the actor typed and did not save, or None."""
    return None if item.editing is None else item.editing.drafts.get((actor.oid, language))
