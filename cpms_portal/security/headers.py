"""Headers that guard every page: content security policy with a nonce, no sniffing, no caching."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
# The management interface is Substance D's own and brings inline scripts; nobody
# but a site administrator can open it, and it shows no clinical content.
MANAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
}


def guard_tween(
    handler: Callable[[Request], Response], registry: Registry
) -> Callable[[Request], Response]:
    """Put the headers on every response."""

    def guarded(request: Request) -> Response:
        response = handler(request)
        managed = request.path_info.startswith(("/manage", "/deformstatic", "/sdistatic"))
        policy = MANAGE_POLICY if managed else POLICY.format(nonce=request.csp_nonce)
        # The page the browser has kept goes on with the nonce in it (RFC 9111, 4.3.4).
        if response.status_int != 304:
            response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def includeme(config: Configurator) -> None:
    """Offer ``request.csp_nonce`` and guard every response."""
    config.add_request_method(lambda _request: secrets.token_urlsafe(16), "csp_nonce", reify=True)
    config.add_tween("cpms_portal.security.headers.guard_tween")
