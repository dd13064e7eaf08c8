"""Viewers on other pages: which origins may read answers to programs (Fetch standard, CORS).

Nothing is allowed unless a setting names the origin. What is allowed rests on the token a viewer
shows: a browser is never told that it may send the cookie of somebody who is signed in.
"""

from __future__ import annotations

import re

from pyramid.config import Configurator
from pyramid.events import NewResponse
from pyramid.httpexceptions import HTTPNoContent
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.settings import setting

#: Addresses of programs.
PROGRAMS = r"^.*/dicomweb(/|$)"
_SENT = "Authorization, Accept, Content-Type, Range"
_READ = "Accept-Ranges, Content-Length, Content-Range, Warning, WWW-Authenticate"
_MINUTES = 10


def is_allowed(request: Request) -> bool:
    """Say whether a request comes from a page that may read answers."""
    return request.headers.get("Origin") in setting(request.registry, "cpms.dicomweb.origins")


def is_preflight(request: Request) -> bool:
    """Say whether a browser asks in advance, for a page that may."""
    asked = request.headers.get("Access-Control-Request-Method")
    return request.method == "OPTIONS" and asked is not None and is_allowed(request)


def preflight() -> Response:
    """Return what is said in advance: the same at every address, whether something is there."""
    response = HTTPNoContent()
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = _SENT
    response.headers["Access-Control-Max-Age"] = str(_MINUTES * 60)
    return response


def let_read(event: NewResponse) -> None:
    """Let a page that may read an answer to a program; answers differ by origin from then on."""
    request, headers = event.request, event.response.headers
    if not setting(request.registry, "cpms.dicomweb.origins"):
        return
    if re.match(PROGRAMS, request.environ.get("PATH_INFO", "")) is None:
        return
    headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Origin")))
    if is_allowed(request):
        headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        headers["Access-Control-Expose-Headers"] = _READ


def includeme(config: Configurator) -> None:
    """Look at every answer."""
    config.add_subscriber(let_read, NewResponse)
