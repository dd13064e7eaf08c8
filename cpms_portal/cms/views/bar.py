"""The edit bar: tabs for those who work on the library, the state, and what else can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.drafts import others_at
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem, Trash
from cpms_portal.cms.views.words import for_once
from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import is_shown, resource_of
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.interfaces import Offer
from cpms_portal.workflow.queries import offers, state_of


@dataclass(frozen=True)
class Bar:
    """What the bar of an item shows to who works on it.

    copy: its working copy. overtaken: of a working copy, the original that was changed meanwhile.
    editors: names of who else is editing now. comment, problem: of a step that was refused.
    """

    state: Any
    offers: list[Offer]
    may_edit: bool
    timed: str
    copy: LibraryItem | None = None
    overtaken: LibraryItem | None = None
    editors: tuple[str, ...] = ()
    comment: str = ""
    problem: Any = ""


def bar_of(item: LibraryItem, request: Request) -> Bar | None:
    """Return the bar, or None for a reader."""
    if request.person is None or not request.has_permission(Permission.PAGE_WORK, item):
        return None
    actor = request.actor
    timed = ""
    if item.state == "published" and not is_shown(item, actor.now):
        begins = item.shown_from is not None and actor.now < item.shown_from
        timed = "later" if begins else "over"
    return Bar(
        state_of(item, request.registry),
        offers(item, actor),
        request.has_permission(Permission.PAGE_EDIT, item),
        timed,
        _copy(item, actor),
        _overtaken(item),
        _editors(item, request),
    )


def _copy(item: LibraryItem, actor: Actor) -> LibraryItem | None:
    found = resource_of(item, item.copied_to) if item.copied_to else None
    there = isinstance(found, LibraryItem) and found.discarded is None
    return found if there and actor.may(Permission.PAGE_VIEW, found) else None


def _overtaken(item: LibraryItem) -> LibraryItem | None:
    original = resource_of(item, item.copy_of) if item.copy_of else None
    changed = isinstance(original, LibraryItem) and 0 < item.copied_at < original.version
    return original if changed else None


def _editors(item: LibraryItem, request: Request) -> tuple[str, ...]:
    found = others_at(item, request.actor)
    if found:
        for_once(request)
    return tuple(dict.fromkeys(one.name for one in found))


def includeme(config: Configurator) -> None:
    """Register the tabs of items and libraries."""
    work, edit, share = Permission.PAGE_WORK, Permission.PAGE_EDIT, Permission.PAGE_SHARE
    add = config.add_tab
    add(LibraryItem, "", _("View"), order=10, permission=Permission.PAGE_VIEW, covers=("preview",))
    add(LibraryItem, "edit", _("Edit"), order=20, permission=edit)
    add(LibraryItem, "translations", _("Languages"), order=40, permission=work)
    add(LibraryItem, "sharing", _("Share"), order=50, permission=share)
    add(LibraryItem, "history", _("History"), order=60, permission=work)
    add(Library, "", _("View"), order=10, permission=Permission.LIBRARY_VIEW)
    add(Library, "sharing", _("Share"), order=50, permission=share)
    add(Library, "review", _("Waiting for review"), order=60, permission=Permission.PAGE_REVIEW)
    add(Library, "broken-links", _("Links"), order=70, permission=work)
    add(Library, "as-files", _("Files"), order=80, permission=Permission.PAGE_REVIEW)
    for place in (Library, LibraryFolder):
        add(place, "contents", _("Contents"), order=30, permission=work, covers=("add",))
    add(Trash, "", _("Trash"), order=10, permission=work)
