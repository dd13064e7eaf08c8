"""What a form names by its address is kept by its identity, so that it survives moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpms_portal.cms.queries.links import RESOLVE, addresses_in, by_identity, target_of
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem, Picture
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Content, oid_of, root_of
from cpms_portal.security.permissions import Permission

#: Field → what may be named there.
FITTING: Mapping[str, tuple[type, ...]] = {
    "related": (LibraryItem,),
    "within": (Library, LibraryFolder),
    "picture": (Picture,),
}


def about_by_identity(item: LibraryItem, about: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the values that are the same in every language, with oids for addresses.

    Raises ValueRefusedError for an address at which nothing fitting stands that the actor sees.
    """
    found = dict(about)
    if found.get("related"):
        named = [_identity(item, "related", one, actor) for one in found["related"]]
        found["related"] = [one for one in dict.fromkeys(named) if one != oid_of(item)]
    if found.get("within"):
        found["within"] = _identity(item, "within", found["within"], actor)
    return found


def step_by_identity(item: LibraryItem, step: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return a step of a guide with the oid of its picture."""
    picture = step.get("picture")
    return {**step, "picture": _identity(item, "picture", picture, actor) if picture else None}


def links_by_identity(item: LibraryItem, html: str, actor: Actor) -> str:
    """Return a body whose links name what they lead to by its identity.

    Raises ValueRefusedError for a link by identity to what the actor does not see: the page would
    tell its readers where that stands. What was linked to before may stay.
    """
    kept = set(item.links)

    def sees(found: Any) -> bool:
        return str(oid_of(found)) in kept or actor.may(f"{found.noun}:view", found)

    root = root_of(item)
    for address in addresses_in(html):
        found = target_of(root, address.removeprefix(RESOLVE)) if RESOLVE in address else None
        if isinstance(found, Content) and not sees(found):
            raise ValueRefusedError(_("A link in the text leads to something you do not see."))
    return by_identity(root, html, sees)


def _identity(item: LibraryItem, name: str, address: str | int, actor: Actor) -> int:
    if isinstance(address, int):
        return address
    found = target_of(root_of(item), address.removeprefix("/resolve/"))
    if not isinstance(found, FITTING[name]) or not _is_seen(item, name, found, actor):
        said = _("Nothing that fits stands at ${address}.", mapping={"address": address})
        raise ValueRefusedError(said, "steps" if name == "picture" else name)
    return oid_of(found)


def _is_seen(item: LibraryItem, name: str, found: Any, actor: Actor) -> bool:
    """Say whether somebody may name something: they see it, or it was named here before."""
    kept = item.about.get(name) or ()
    if name == "picture":
        kept = [
            row.get("picture") for text in item.texts.values() for row in text.more.get("steps", ())
        ]
    if oid_of(found) in (kept if isinstance(kept, (list, tuple)) else (kept,)):
        return True
    noun = Permission.LIBRARY_VIEW if isinstance(found, Library) else Permission.PAGE_VIEW
    return actor.may(noun, found)
