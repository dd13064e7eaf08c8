"""Cookies of the portal: never read by scripts, never sent by other sites' forms.

Over https their names begin with ``__Host-`` (RFC 6265bis, section 4.1.3.2): no server of a
neighbouring name can set one in our place, and so lend its own visit or session to a browser.
"""

from __future__ import annotations

import re

from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.settings import setting

#: A value that needs no quotes in a cookie (RFC 6265, section 4.1.1).
_PLAIN = re.compile(r"[\w.~-]+", re.ASCII)


def over_https(registry: Registry) -> bool:
    """Say whether browsers reach the portal over https; a proxy may speak http to it."""
    return bool(setting(registry, "cpms.url").startswith("https:"))


def full_name(registry: Registry, name: str) -> str:
    """Return what a cookie is called here; ``__Host-`` binds it to https and this host."""
    return f"__Host-{name}" if over_https(registry) else name


def cookie_of(request: Request, name: str) -> str:
    """Return what a cookie holds; empty when it was not sent."""
    return str(request.cookies.get(full_name(request.registry, name), ""))


def set_cookie(
    response: Response, registry: Registry, name: str, value: str, *, max_age: int | None = None
) -> None:
    """Put a cookie on a response. max_age: in seconds; None until the browser ends, 0 takes it."""
    named = full_name(registry, name)
    if max_age is None and _PLAIN.fullmatch(value):
        # What WebOb would write; it looks at every letter first, for a tenth of a page.
        secure = "; secure" if over_https(registry) else ""
        said = f"{named}={value}; Path=/{secure}; HttpOnly; SameSite=Lax"
        response.headerlist.append(("Set-Cookie", said))
        return
    response.set_cookie(
        named,
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=over_https(registry),
        samesite="Lax",
    )


def keep_cookie(request: Request, name: str, value: str, max_age: int | None = None) -> None:
    """Put a cookie on the response of this request, whichever that is."""
    registry = request.registry
    request.add_response_callback(
        lambda _request, response: set_cookie(response, registry, name, value, max_age=max_age)
    )
