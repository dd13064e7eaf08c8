"""*Undo*: what was last done in *Contents*, noted in a signed cookie until it is taken back."""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions.undoing import NOTED, put_back, said_of
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.permissions import Permission
from cpms_portal.security.secret import sign, signature_holds

COOKIE, PURPOSE = "cpms-undo", "undo"
SECONDS = 900
#: A cookie holds no more; what is longer is taken back by hand.
LONGEST = 3500
WORDS = {
    "discard": _("Removed: it can be brought back."),
    "rename": _("Renamed: it can have its former name again."),
    "move": _("Moved: it can go back to where it was."),
    "paste": _("Copied: the copies can be removed again."),
    "tags": _("Tags changed: they can be as they were."),
    "dates": _("Dates changed: they can be as they were."),
}


@dataclass(frozen=True)
class Undo:
    """What can be taken back: oid, what an item said before and after, of each."""

    what: str
    rows: list[tuple[int, dict[str, Any], dict[str, Any]]]

    @property
    def words(self) -> Any:
        """What it was."""
        return WORDS[self.what]


class Noting:
    """Notes what items say before something is done with them, then keeps it with what they say."""

    def __init__(self, what: str, items: Iterable[LibraryItem]) -> None:
        self.what = what
        self.before = [(one, said_of(one, what)) for one in items] if what in NOTED else []

    def keep(self, request: Request) -> None:
        """Offer to take it back; nothing when there is nothing to note, or too much."""
        rows = [[oid_of(one), said, said_of(one, self.what)] for one, said in self.before]
        note = json.dumps([request.actor.oid, self.what, rows], separators=(",", ":"))
        packed = urlsafe_b64encode(zlib.compress(note.encode(), 9)).decode()
        fits = bool(rows) and len(packed) < LONGEST
        value = f"{packed}~{sign(request.registry, PURPOSE, packed)}" if fits else ""
        keep_cookie(request, COOKIE, value, SECONDS if value else 0)


def undo_of(request: Request) -> Undo | None:
    """Return what who asks may take back, or None."""
    packed, _mark, signature = cookie_of(request, COOKIE).rpartition("~")
    if not packed or not signature_holds(request.registry, PURPOSE, packed, signature):
        return None
    person, what, rows = json.loads(zlib.decompress(urlsafe_b64decode(packed)))
    return Undo(what, rows) if person == request.actor.oid else None


def take_back(context: Any, request: Request) -> Response:
    """Take back what was done last, of what nobody changed since: all of it or nothing."""
    found = undo_of(request) or Undo("tags", [])
    try:
        rows = list(_unchanged(found, request))
        for item, before in rows:
            put_back(item, found.what, before, request.actor)
        _tell(request, len(rows), len(found.rows) - len(rows))
        keep_cookie(request, COOKIE, "", 0)
    except CPMSError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    return HTTPSeeOther(request.resource_path(context, "contents"))


def _tell(request: Request, taken: int, left: int) -> None:
    if taken:
        request.tell(_("Taken back: ${count}.", mapping={"count": taken}))
    else:
        request.tell(_("There is nothing to take back."), "info")
    if left:
        said = _("Changed since and left as they are: ${count}.", mapping={"count": left})
        request.tell(said, "attention")


def _unchanged(found: Undo, request: Request) -> Iterator[tuple[LibraryItem, dict[str, Any]]]:
    """Yield the items that are still as they were left."""
    for oid, before, after in found.rows:
        item = resource_of(request.root, oid)
        if isinstance(item, LibraryItem) and said_of(item, found.what) == after:
            yield item, before


def includeme(config: Configurator) -> None:
    """Register the address."""
    for place in (Library, LibraryFolder):
        config.add_view(
            take_back,
            context=place,
            name="undo",
            permission=Permission.PAGE_EDIT,
            request_method="POST",
        )
