"""What programs are told when they are refused: a status and a line of JSON, never a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import CPMSError
from cpms_portal.dicomweb.views.origins import is_preflight, preflight
from cpms_portal.layout.refusals import NOT_FOUND


def said(request: Request, status: int, text: Any) -> Response:
    """Return a refusal."""
    body = json.dumps({"error": request.localizer.translate(text)})
    return Response(body, status=status, content_type="application/json", charset="utf-8")


def refused_program(context: Any, request: Request) -> Response:
    """Ask who is not known to show a token; tell everybody else that there is nothing."""
    if is_preflight(request):
        return preflight()
    if getattr(request, "person", None) is None:
        response = said(request, 401, NOT_FOUND.text)
        response.headers["WWW-Authenticate"] = 'Bearer realm="CPMS"'
        return response
    return said(request, 404, NOT_FOUND.text)


def in_words(view: Callable[[Any, Request], Response]) -> Callable[[Any, Request], Response]:
    """Wrap a view for programs: what a package refuses becomes a status and a line."""

    def guarded(context: Any, request: Request) -> Response:
        try:
            return view(context, request)
        except CPMSError as error:
            request.tm.doom()
            return said(request, error.status, error.message)

    return guarded
