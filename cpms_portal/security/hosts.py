"""The name a request is sent to: production answers under its own only, and over https for good.

A page under another name would hold links that lead there.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.settings import setting

#: Names of this machine itself: for who looks whether the portal still stands.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def name_of(host: str) -> str:
    """Return the name in a Host header, without its port; empty when there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def host_tween(
    handler: Callable[[Request], Response], registry: Registry
) -> Callable[[Request], Response]:
    """Answer under the name of ``cpms.url``; a training site answers under any."""
    known = LOOPBACK | {name_of(urlsplit(setting(registry, "cpms.url")).netloc)}
    production = setting(registry, "cpms.site") == "production"
    # Not the scheme of the request: a proxy may speak http to the portal.
    by_https = setting(registry, "cpms.url").startswith("https:")

    def under_own_name(request: Request) -> Response:
        if production and name_of(request.host) not in known:
            return Response("The portal is not at this address.", 400, content_type="text/plain")
        response = handler(request)
        if by_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response

    return under_own_name


def includeme(config: Configurator) -> None:
    """Look at the name of every request."""
    config.add_tween("cpms_portal.security.hosts.host_tween")
