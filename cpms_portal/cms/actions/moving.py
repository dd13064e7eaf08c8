"""Move, rename, copy, throw away, restore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pyramid.location import inside
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.copies import copy_item
from cpms_portal.cms.actions.writing import STEP
from cpms_portal.cms.queries.names import free_name, is_name, is_view
from cpms_portal.cms.queries.removed import names_of_removed
from cpms_portal.cms.resources import (
    TRASH,
    Discarded,
    Library,
    LibraryFolder,
    LibraryItem,
    Trash,
)
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConflictError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import find_above, modified, oid_of, resource_of, root_of
from cpms_portal.search.actions import forget
from cpms_portal.security.acl import apply_acl
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import apply_state, begin
from cpms_portal.workflow.queries import state_of


def below(item: Any) -> Iterator[LibraryItem]:
    """Yield an item and every item in it."""
    yield item
    if isinstance(item, LibraryFolder):
        for child in item.values():
            yield from below(child)


def _may_take(place: Any, items: Iterable[Any], actor: Actor) -> None:
    if not isinstance(place, (Library, LibraryFolder)) or find_above(place, Trash) is not None:
        raise ValueRefusedError(_("This is no folder of a library."))
    if not actor.may(Permission.PAGE_EDIT, place):
        raise ValueRefusedError(_("Your role does not allow adding to this folder."))
    for item in items:
        if inside(place, item):
            raise ValueRefusedError(_("A folder cannot be put into itself."))


def move_item(item: LibraryItem, place: Any, actor: Actor) -> None:
    """Put an item into another place; its old address leads to it from now on.

    What is published goes only where the actor may publish.
    """
    _may_take(place, [item], actor)
    published = any(one.state == "published" for one in below(item))
    if published and not actor.may(Permission.PAGE_REVIEW, place):
        said = _("It is published, and your role does not allow publishing in this folder.")
        raise ValueRefusedError(said)
    if not actor.may(Permission.PAGE_EDIT, item):
        raise ValueRefusedError(_("Your role does not allow moving this."))
    if item.__parent__ is place:
        return
    old = resource_path(item)
    name = free_name(place, item.__name__ or "page", actor.registry)
    item.__parent__.move(item.__name__, place, name)
    place.last_position += STEP
    item.position = place.last_position
    _settled(item, old, actor)


def rename_item(item: LibraryItem, name: str, actor: Actor) -> None:
    """Give an item another name in its address; the old one leads to it from now on."""
    place = item.__parent__
    if name == item.__name__:
        return
    if not is_name(name):
        said = _("Use small letters from a to z, figures and hyphens, at most 80 of them.")
        raise ValueRefusedError(said, "name")
    if name in place or is_view(actor.registry, place, name):
        raise ValueRefusedError(_("Something here has this name already."), "name")
    old = resource_path(item)
    place.rename(item.__name__, name)
    _settled(item, old, actor)


def _settled(item: LibraryItem, old: str, actor: Actor) -> None:
    """Let what was moved have the rights of its new place, and its old address lead there."""
    moved = root_of(item)["library"].moved
    moved[old] = oid_of(item)
    moved.pop(resource_path(item), None)
    for one in below(item):
        apply_state(one, actor)
        modified(one, actor.registry)
    announce(actor.registry, Changed(item, actor, "move"))


def paste_copies(items: Iterable[LibraryItem], place: Any, actor: Actor) -> list[LibraryItem]:
    """Put private copies of items into a place."""
    items = list(items)
    _may_take(place, items, actor)
    return [copy_item(item, place, actor) for item in items]


def show_between(
    item: LibraryItem, begins: datetime | None, ends: datetime | None, actor: Actor
) -> None:
    """Say from when until when readers see an item; None is open."""
    if not actor.may(Permission.PAGE_EDIT, item):
        raise ValueRefusedError(_("Your role does not allow changing this."))
    if begins is not None and ends is not None and ends <= begins:
        raise ValueRefusedError(_("It cannot end before it begins."))
    item.shown_from, item.shown_until = begins, ends
    modified(item, actor.registry)


def trash_of(library: Library, actor: Actor) -> Trash:
    """Return the trash of a library; it is made when something is first thrown away."""
    if TRASH not in library:
        trash = Trash("Trash", actor.now)
        library.add(TRASH, trash)
        begin(trash, actor)
    return library[TRASH]


def discard(item: LibraryItem, actor: Actor) -> None:
    """Throw an item away, with all that stands in it; who links to it finds nothing there."""
    if not actor.may(Permission.PAGE_EDIT, item):
        raise ValueRefusedError(_("Your role does not allow removing this."))
    library = find_above(item, Library)
    if library is None or item.discarded is not None:
        raise ConflictError(_("This was removed already."))
    trash = trash_of(library, actor)
    item.discarded = Discarded(
        oid_of(item.__parent__), item.__name__ or "page", actor.now, actor.name
    )
    item.__parent__.move(item.__name__, trash, random_id())
    permissions = state_of(trash, actor.registry).permissions
    for one in below(item):
        apply_acl(one, permissions)
    forget(trash, [oid_of(one) for one in below(item)])
    announce(actor.registry, Changed(item, actor, "discard"))


def restore(item: LibraryItem, actor: Actor) -> Any:
    """Bring an item back to where it was, in the state it was in; return that place.

    When its place is gone, it comes back to the top of its library.
    """
    came = item.discarded
    if came is None:
        raise ConflictError(_("This is not in the trash."))
    place = resource_of(item, came.place)
    library = find_above(item, Library)
    if place is None or find_above(place, Trash) is not None:
        place = library
    _may_take(place, [item], actor)
    name = free_name(place, came.name, actor.registry)
    item.discarded = None
    item.__parent__.move(item.__name__, place, name)
    for one in below(item):
        apply_state(one, actor)
        modified(one, actor.registry)
    announce(actor.registry, Changed(item, actor, "restore"))
    return place


def remove_for_good(item: LibraryItem, actor: Actor) -> None:
    """Remove what is in the trash; it cannot be brought back, nor do its files bring it back."""
    if item.discarded is None:
        raise ConflictError(_("Only what is in the trash can be removed for good."))
    for oid, name in set(names_of_removed(item)):
        library = resource_of(item, oid)
        if library is not None:
            library.removed |= {name}
    announce(actor.registry, Changed(item, actor, "remove"))
    del item.__parent__[item.__name__]


def let_return(library: Library, name: str, actor: Actor) -> None:
    """Let the files bring back what was removed for good, the next time they are read."""
    if name not in library.removed:
        raise ConflictError(_("This may come back already."))
    library.removed -= {name}
    announce(actor.registry, Changed(library, actor, "let_return"))
