"""What was cut or copied, kept in a signed cookie until it is pasted: it writes nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator

from pyramid.request import Request

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.permissions import Permission
from cpms_portal.security.secret import sign, signature_holds

COOKIE, PURPOSE = "cpms-clipboard", "clipboard"
#: So many at once, and as many characters as a cookie surely holds (RFC 6265, section 6.1).
MOST, MOST_CHARACTERS = 1000, 3600
SECONDS = 3600


def clip(request: Request, kind: str, items: Iterable[LibraryItem]) -> None:
    """Keep items to ``move`` or ``copy``; nothing to forget what was kept."""
    oids = sorted(oid_of(item) for item in items)
    packed = f"{kind}.{pack(oids)}"
    if len(oids) > MOST or len(packed) > MOST_CHARACTERS:
        words = {"number": MOST}
        raise ValueRefusedError(_("At most ${number} at a time. Tick fewer.", mapping=words))
    value = f"{packed}~{sign(request.registry, PURPOSE, packed)}" if oids else ""
    keep_cookie(request, COOKIE, value, SECONDS if value else 0)


def clipped(request: Request) -> tuple[str, list[LibraryItem]] | None:
    """Return what is kept and is still there and seen by who asks, as placed, or None."""
    packed, _mark, signature = cookie_of(request, COOKIE).rpartition("~")
    if not packed or not signature_holds(request.registry, PURPOSE, packed, signature):
        return None
    kind, _dot, oids = packed.partition(".")
    found = [resource_of(request.root, oid) for oid in unpack(oids)]
    items = [
        one
        for one in found
        if isinstance(one, LibraryItem) and request.has_permission(Permission.PAGE_VIEW, one)
    ]
    items.sort(key=lambda item: item.position)
    return (kind, items) if items else None


def pack(oids: Iterable[int]) -> str:
    """Return rising numbers as short text: each as its distance, in bytes of seven bits."""
    packed, before = bytearray(), 0
    for oid in oids:
        step = _folded(oid - before)
        before = oid
        while step > 127:
            packed.append(step & 127 | 128)
            step >>= 7
        packed.append(step)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def unpack(text: str) -> Iterator[int]:
    """Yield the numbers again."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return
    before = step = shift = 0
    for byte in packed:
        step |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            before += _unfolded(step)
            yield before
            step = shift = 0


def _folded(number: int) -> int:
    """Return a number without its sign: the first may be below nought."""
    return number * 2 if number >= 0 else -number * 2 - 1


def _unfolded(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2
