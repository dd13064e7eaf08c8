"""Copies of items: to another place, and working copies that replace their original."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.actions.writing import put_text, seat
from cpms_portal.cms.queries.names import free_name
from cpms_portal.cms.queries.translating import is_outdated
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


def _original_first(item: LibraryItem) -> list[tuple[str, PageText]]:
    return sorted(_texts(item).items(), key=lambda pair: pair[0] != item.original)


def _translated(item: LibraryItem, language: str) -> int | None:
    """Return what the copy of a text translates: none of the versions when it is outdated."""
    return 0 if is_outdated(item, item.texts[language]) else None


def _carry(source: LibraryItem, target: LibraryItem) -> None:
    for name in CARRIED:
        if hasattr(source, name) and getattr(target, name) != getattr(source, name):
            setattr(target, name, getattr(source, name))


def copy_item(item: LibraryItem, place: Any, actor: Actor, *, name: str = "") -> LibraryItem:
    """Put a private copy of an item, with what the actor sees in it, into a place."""
    made = type(item)(item.title, actor.now)
    _carry(item, made)
    seat(place, free_name(place, name or item.__name__ or "page", actor.registry), made, actor)
    for language, text in _original_first(item):
        put_text(made, language, text, actor, translates=_translated(item, language))
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
    made.copy_of, made.copied_at = oid_of(item), item.version
    item.copied_to = oid_of(made)
    modified(made, actor.registry)
    return made


def replace_original(copy: LibraryItem, actor: Actor) -> None:
    """Put what a working copy says into its original, as new versions of it."""
    original = resource_of(copy, copy.copy_of or 0)
    _carry(copy, original)
    original.copied_to = None
    note = str(_("From a working copy."))
    for language, text in _original_first(copy):
        kept = original.texts.get(language)
        if kept is None or _said(kept) != _said(text):
            said = _translated(copy, language)
            put_text(original, language, text, actor, note=note, translates=said)
    modified(original, actor.registry)


def _said(text: PageText) -> tuple[Any, ...]:
    return (text.title, text.summary, text.text, text.syntax, dict(text.more))
