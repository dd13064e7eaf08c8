"""Questions about notices: what is new, how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.notifications.registration import text_of
from cpms_portal.notifications.resources import Box

SHOWN = 50
#: Where the boxes stand below the root; the page of notices is a view of the root itself.
BOXES = "notice-boxes"


@dataclass(frozen=True)
class Shown:
    """A notice as a page shows it. place: what it is about, None when it may not be seen now."""

    name: str
    text: str
    at: datetime
    read: bool
    place: Any


def box_of(person: Any) -> Box | None:
    """Return the box of a person, or None before the first notice."""
    boxes = root_of(person).get(BOXES)
    return None if boxes is None else boxes.boxes.get(oid_of(person))


def unread_count(person: Any) -> int:
    """Return how many notices a person has not read."""
    box = None if person is None else box_of(person)
    return 0 if box is None else len(box.unread)


def notices_of(actor: Actor, size: int = SHOWN) -> list[Shown]:
    """Return the newest notices of the actor, newest first."""
    box = box_of(actor.person)
    if box is None:
        return []
    newest = sorted(box.notices.items(), key=lambda pair: pair[1].at, reverse=True)[:size]
    return [
        Shown(name, text_of(actor.registry, one.text), one.at, one.read, _place(one.place, actor))
        for name, one in newest
    ]


def _place(oid: int, actor: Actor) -> Any:
    found = resource_of(actor.person, oid) if oid else None
    if found is None or not actor.may(f"{found.noun}:view", found):
        return None
    return found
