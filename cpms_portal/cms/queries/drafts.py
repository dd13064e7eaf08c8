"""Questions about editing: who is at it, what was typed and not saved."""

from __future__ import annotations

from datetime import datetime

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.cms.resources.editing import HELD, Draft, Lock
from cpms_portal.core.actor import Actor


def lock_of(item: LibraryItem, language: str, now: datetime) -> Lock | None:
    """Return who is editing a language of an item now, or None."""
    found = None if item.editing is None else item.editing.locks.get(language)
    return found if found is not None and now < found.at + HELD else None


def draft_of(item: LibraryItem, language: str, actor: Actor) -> Draft | None:
    """Return what the actor typed and did not save, or None."""
    return None if item.editing is None else item.editing.drafts.get((actor.oid, language))
