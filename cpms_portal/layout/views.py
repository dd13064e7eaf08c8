"""The pages that say no, each with what happened and what to do."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken
from pyramid.httpexceptions import (
    HTTPConflict,
    HTTPException,
    HTTPRequestEntityTooLarge,
    HTTPSeeOther,
    HTTPTooManyRequests,
)
from pyramid.interfaces import IExceptionResponse
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from ZODB.POSException import ConflictError as StorageConflict

from cpms_portal.core.errors import ConflictError, CPMSError
from cpms_portal.core.settings import setting
from cpms_portal.layout import refusals
from cpms_portal.layout.menu import has_view
from cpms_portal.layout.page import Layout
from cpms_portal.layout.refusals import Refusal

log = logging.getLogger(__name__)
PAGE = "cpms_portal.layout:templates/refusal.pt"
FAILURE = Path(__file__).parent / "templates" / "failure.html"


def wants_json(request: Request) -> bool:
    """Say whether a script asked, not a person reading a page."""
    accepts = request.accept.acceptable_offers(["text/html", "application/json"])
    return bool(accepts) and accepts[0][0] == "application/json"


def answer(request: Request, refusal: Refusal, *, place: Any = None, **more: Any) -> Response:
    """Return the page, or a line of JSON, that says no.

    place: the resource it is about, only for readers who may see it: its title is shown.
    """
    say = request.localizer.translate
    if wants_json(request):
        body = json.dumps({"error": say(refusal.text), "advice": say(refusal.advice)})
        return Response(
            body, status=refusal.status, content_type="application/json", charset="utf-8"
        )
    layout = Layout(place, request, title=refusal.title)
    values = {"refusal": refusal, "layout": layout, "roles": [], **more}
    response = render_to_response(PAGE, values, request)
    response.status_int = refusal.status
    return response


def not_found(context: Any, request: Request) -> Response:
    """Say that there is nothing; somebody not signed in is asked to sign in first."""
    if _may_sign_in(request):
        here = {"came_from": request.path_qs}
        return HTTPSeeOther(request.resource_url(request.root, "sign-in", query=here))
    return answer(request, refusals.NOT_FOUND)


def _may_sign_in(request: Request) -> bool:
    return (
        request.method == "GET"
        and getattr(request, "root", None) is not None
        and getattr(request, "person", None) is None
        and not wants_json(request)
        and not request.path_info.startswith(("/static/", "/favicon", "/robots"))
        and has_view(request, "sign-in")
    )


def forbidden(context: Any, request: Request) -> Response:
    """Tell an insider which role would be needed, and anybody else that there is nothing."""
    resource = getattr(request, "context", None)
    if not refusals.is_insider(request, resource):
        return not_found(context, request)
    permission = getattr(getattr(context, "result", None), "permission", None)
    roles = refusals.roles_that_may(permission, resource) if permission else []
    return answer(request, refusals.NOT_ALLOWED, roles=roles, place=resource)


def refused(context: CPMSError, request: Request) -> Response:
    """Say what a package refused, in its own words."""
    return answer(request, replace(refusals.REFUSED, status=context.status, text=context.message))


def too_old(context: Any, request: Request) -> Response:
    """Say that the proof of a form did not count any more."""
    return answer(request, refusals.TOO_OLD)


def too_large(context: Any, request: Request) -> Response:
    """Say that too much was sent."""
    return answer(request, refusals.TOO_LARGE)


def conflict(context: Any, request: Request) -> Response:
    """Say that somebody else changed the same thing."""
    ours = isinstance(context, CPMSError)
    text = context.message if ours else refusals.CONFLICT.text
    return answer(request, replace(refusals.CONFLICT, text=text))


def slow_down(context: Any, request: Request) -> Response:
    """Say that there were too many attempts, and pass on how long to wait."""
    response = answer(request, refusals.SLOW_DOWN)
    wait = getattr(context, "headers", {}).get("Retry-After")
    if wait:
        response.headers["Retry-After"] = wait
    return response


def other_refusal(context: HTTPException, request: Request) -> Response:
    """Dress every other HTTP error in a page of ours; redirects pass as they are."""
    if context.status_int < 400:
        return context
    return answer(request, replace(refusals.REFUSED, status=context.status_int))


def unreadable(context: UnicodeDecodeError, request: Request) -> Response:
    """Refuse an address, a form or cookies not in UTF-8; elsewhere it is a failure of ours."""
    try:
        request.cookies.get("")
    except UnicodeDecodeError:
        # The page of the refusal reads them too.
        request.environ["HTTP_COOKIE"] = ""
        return answer(request, refusals.REFUSED)
    try:
        request.params.get("")
    except UnicodeDecodeError:
        return answer(request, refusals.REFUSED)
    return failure(context, request)


def failure(context: Exception, request: Request) -> Response:
    """Say that something broke, with a reference that stands in the log as well.

    The page is drawn without database and templates. The log gets the kind of error and where it
    happened; its message, which may hold what somebody typed, only where all patients are invented.
    """
    reference = secrets.token_hex(4)
    invented = setting(request.registry, "cpms.site") == "training"
    said = str(context) if invented else ""
    frames = "".join(traceback.format_tb(context.__traceback__))
    log.error("failure %s: %s %s\n%s", reference, type(context).__name__, said, frames)
    page = FAILURE.read_text(encoding="utf-8").replace("{reference}", escape(reference))
    page = page.replace("{stylesheet}", escape(request.asset("css/portal.css")))
    return Response(page, status=500, content_type="text/html", charset="utf-8")


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_notfound_view(not_found)
    config.add_forbidden_view(forbidden)
    for kind, view in (
        (IExceptionResponse, other_refusal),
        (CPMSError, refused),
        (ConflictError, conflict),
        (StorageConflict, conflict),
        (HTTPConflict, conflict),
        (BadCSRFToken, too_old),
        (BadCSRFOrigin, too_old),
        (HTTPRequestEntityTooLarge, too_large),
        (HTTPTooManyRequests, slow_down),
        (UnicodeDecodeError, unreadable),
        (Exception, failure),
    ):
        config.add_exception_view(view, context=kind)
