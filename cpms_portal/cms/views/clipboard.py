"""What was cut or copied, kept in a signed cookie until it is pasted: it writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pyramid.request import Request

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.permissions import Permission
from cpms_portal.security.secret import sign, signature_holds

COOKIE, PURPOSE = "cpms-clipboard", "clipboard"
#: A cookie holds no more; a longer list is moved folder by folder.
MOST = 150
SECONDS = 3600


def clip(request: Request, kind: str, items: Iterable[LibraryItem]) -> None:
    """Keep items to ``move`` or ``copy``; nothing to forget what was kept."""
    oids = [str(oid_of(item)) for item in items][:MOST]
    packed = ".".join([kind, *oids])
    value = f"{packed}~{sign(request.registry, PURPOSE, packed)}" if oids else ""
    keep_cookie(request, COOKIE, value, SECONDS if value else 0)


def clipped(request: Request) -> tuple[str, list[LibraryItem]] | None:
    """Return what is kept and is still there and seen by who asks, or None."""
    packed, _mark, signature = cookie_of(request, COOKIE).rpartition("~")
    if not packed or not signature_holds(request.registry, PURPOSE, packed, signature):
        return None
    kind, *oids = packed.split(".")
    found = [resource_of(request.root, int(oid)) for oid in oids]
    items = [
        one
        for one in found
        if isinstance(one, LibraryItem) and request.has_permission(Permission.PAGE_VIEW, one)
    ]
    return (kind, items) if items else None
