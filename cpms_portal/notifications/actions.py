"""Tell people that something waits for them."""

from __future__ import annotations

from typing import Any

from pyramid.traversal import resource_path

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.notifications.queries import BOXES, box_of
from cpms_portal.notifications.registration import text_of
from cpms_portal.notifications.resources import Box, Notice, NoticeBoxes
from cpms_portal.outbox.actions import send_notice

#: Older read notices are dropped when a box holds more than this.
KEPT = 200


def notify(
    person: Any, text: str, place: Any, actor: Actor, *, path: str = "", once: bool = False
) -> Notice | None:
    """Put a notice into a person's box and send a mail; nobody is told what they did themselves.

    text: a key of the catalogue. place: the resource it is about. path: where the mail leads
    instead. once: no second mail while a notice with this text is unread.
    """
    if person is None or person is actor.person or oid_of(person) == actor.oid:
        return None
    said = text_of(actor.registry, text)
    box = _box(person)
    told = once and any(box.notices[one].text == text for one in box.unread)
    name = random_id(12)
    notice = Notice(text, oid_of(place), actor.now)
    box.notices[name] = notice
    box.unread.add(name)
    _drop_oldest(box)
    if actor.source != "import" and not told:
        subject = _("CPMS: something waits for you")
        send_notice(actor.registry, person, subject, said, path or resource_path(place))
    return notice


def remind(root: Any, actor: Actor) -> int:
    """Send every reminder that is due and was not sent; return how many."""
    return sum(send(root, actor) for send in actor.registry.cpms_reminders)


def _box(person: Any) -> Box:
    root = root_of(person)
    if BOXES not in root:
        root.add(BOXES, NoticeBoxes())
    boxes = root[BOXES].boxes
    oid = oid_of(person)
    if oid not in boxes:
        boxes[oid] = Box()
    return boxes[oid]


def _drop_oldest(box: Box) -> None:
    if len(box.notices) <= KEPT:
        return
    read = [(notice.at, name) for name, notice in box.notices.items() if notice.read]
    for _at, name in sorted(read)[: len(box.notices) - KEPT]:
        del box.notices[name]


def mark_read(person: Any, names: list[str] | None = None) -> int:
    """Mark notices of a person as read, all when no names are said; return how many were new."""
    box = box_of(person)
    if box is None:
        return 0
    chosen = [name for name in (names if names is not None else list(box.unread))]
    marked = 0
    for name in chosen:
        if name in box.unread:
            box.unread.remove(name)
            box.notices[name].read = True
            marked += 1
    return marked
