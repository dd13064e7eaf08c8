"""Copies of items: to another place, and working copies that replace their original."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.actions.writing import put_text, seat
from cpms_portal.cms.queries.names import free_name
from cpms_portal.cms.resources import LibraryFolder, LibraryItem, PageText
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified, oid_of, resource_of
from cpms_portal.security.permissions import Permission

#: What a copy has of its original, as it is; files are never changed and may be shared.
CARRIED = (
    *("original", "about", "tags", "shown_from", "shown_until", "files", "captions", "scales"),
    *("width", "height"),
)


def _texts(item: LibraryItem) -> dict[str, PageText]:
    return {
        language: PageText(
            text.title,
            text.text,
            text.imported,
            syntax=text.syntax,
            summary=text.summary,
            more=text.more,
        )
        for language, text in item.texts.items()
    }


def _carry(source: LibraryItem, target: LibraryItem) -> None:
    for name in CARRIED:
        if hasattr(source, name) and getattr(target, name) != getattr(source, name):
            setattr(target, name, getattr(source, name))


def copy_item(item: LibraryItem, place: Any, actor: Actor, *, name: str = "") -> LibraryItem:
    """Put a private copy of an item, with what the actor sees in it, into a place."""
    made = type(item)(item.title, actor.now)
    _carry(item, made)
    seat(place, free_name(place, name or item.__name__ or "page", actor.registry), made, actor)
    for text in sorted(_texts(item).items(), key=lambda pair: pair[0] != item.original):
        put_text(made, *text, actor)
    if isinstance(item, LibraryFolder):
        for child in list(item.values()):
            if actor.may(Permission.PAGE_VIEW, child):
                copy_item(child, made, actor)
    return made


def working_copy_of(item: LibraryItem, actor: Actor) -> LibraryItem:
    """Make a working copy beside an item; publishing it replaces the item.

    Raises ValueRefusedError for somebody who may add nothing where the item stands.
    """
    if not actor.may(Permission.PAGE_EDIT, item.__parent__):
        raise ValueRefusedError(_("Your role does not allow adding to this folder."))
    made = copy_item(item, item.__parent__, actor, name=f"{item.__name__}-working-copy")
    made.copy_of = oid_of(item)
    modified(made, actor.registry)
    return made


def replace_original(copy: LibraryItem, actor: Actor) -> None:
    """Put what a working copy says into its original, as new versions of it."""
    original = resource_of(copy, copy.copy_of or 0)
    _carry(copy, original)
    for language, text in sorted(_texts(copy).items(), key=lambda one: one[0] != copy.original):
        kept = original.texts.get(language)
        if kept is None or _said(kept) != _said(text):
            put_text(original, language, text, actor, note=str(_("From a working copy.")))
    modified(original, actor.registry)


def _said(text: PageText) -> tuple[Any, ...]:
    return (text.title, text.summary, text.text, text.syntax, dict(text.more))
