"""Take back what was done with many items at once, as far as nobody changed them since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cpms_portal.cms.actions.moving import (
    discard,
    move_item,
    rename_item,
    restore,
    show_between,
)
from cpms_portal.cms.actions.writing import arrange_page
from cpms_portal.cms.resources import LibraryItem
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.security.permissions import Permission

Said = Mapping[str, Any]


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


#: What can be put back: name → what an item says of it, as JSON can keep it.
READ: dict[str, Callable[[LibraryItem], Any]] = {
    "place": lambda item: oid_of(item.__parent__),
    "name": lambda item: item.__name__,
    "position": lambda item: item.position,
    "tags": lambda item: list(item.tags),
    "times": lambda item: [_moment(item.shown_from), _moment(item.shown_until)],
}
#: What is done → what is noted of each item before.
NOTED: dict[str, tuple[str, ...]] = {
    "discard": ("place",),
    "rename": ("name",),
    "move": ("place", "name", "position"),
    "tags": ("tags",),
    "dates": ("times",),
    "paste": ("place",),
}


def said_of(item: LibraryItem, what: str) -> dict[str, Any]:
    """Return what is noted of an item for taking something back."""
    return {name: READ[name](item) for name in NOTED[what]}


def put_back(item: LibraryItem, what: str, before: Said, actor: Actor) -> None:
    """Let an item be as it was; ValueRefusedError when the actor may not."""
    if what == "discard":
        restore(item, actor)
    elif what == "paste":
        discard(item, actor)
    elif what == "move":
        _move_back(item, before, actor)
    elif what == "rename":
        rename_item(item, str(before["name"]), actor)
    elif what == "tags" and actor.may(Permission.PAGE_EDIT, item):
        arrange_page(item, order=item.position, tags=before["tags"], actor=actor)
    elif what == "dates":
        begins, ends = (None if at is None else datetime.fromisoformat(at)
                        for at in before["times"])  # fmt: skip
        show_between(item, begins, ends, actor)


def _move_back(item: LibraryItem, before: Said, actor: Actor) -> None:
    place = resource_of(item, before["place"])
    if place is None:
        raise ValueRefusedError(_("The folder it stood in is not there any more."))
    move_item(item, place, actor)
    if before["name"] != item.__name__ and before["name"] not in place:
        rename_item(item, before["name"], actor)
    arrange_page(item, order=before["position"], tags=item.tags, actor=actor)
