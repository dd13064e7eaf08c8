"""A sign-in outside has ended, or is unlinked: what it opened here ends too.

These messages come from the servers of the sources, or in a frame of theirs: there is no
session and no token of ours. What makes them believed is the ticket only the server knows
(CAS), a signed token (back channel), or the name of the session there (front channel).
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.identity.actions.front_desk import desk_for, spend
from cpms_portal.identity.actions.identities import end_outside, unlink_identity
from cpms_portal.identity.queries import link_digest
from cpms_portal.identity.queries.errands import COUNTS
from cpms_portal.identity.sources.said import SourceRefusedError
from cpms_portal.identity.views.landing import to_account
from cpms_portal.identity.views.outside import source_of
from cpms_portal.identity.views.sign_in import visitor
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person


def ended_there(context: Portal, request: Request) -> Response:
    """End the sessions a sign-in outside opened here."""
    source = source_of(request)
    try:
        sent = {**request.GET, **request.POST}
        ended = source.ended(sent)
    except SourceRefusedError:
        request.tm.doom()
        return Response("", 400, content_type="text/plain")
    token = sent.get("logout_token", "")
    if token and not spend(desk_for(context), link_digest(token), visitor(request), COUNTS):
        return Response("", 400, content_type="text/plain")
    end_outside(context, source.declared.name, ended, visitor(request))
    answer = Response("", 200, content_type="text/plain")
    if request.method == "GET":
        # The provider shows this empty page in a frame of its own.
        answer.headers["Content-Security-Policy"] = "default-src 'none'"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def unlink_now(context: Person, request: Request) -> Response:
    """Unlink an outside sign-in."""
    try:
        source, subject = request.POST.get("source", ""), request.POST.get("subject", "")
        unlink_identity(context, source, subject, request.actor)
        request.tell(_("The sign-in was unlinked."))
    except ValueRefusedError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    return to_account(context, request)


def includeme(config: Configurator) -> None:
    """Register the addresses. CAS sends its message to where it sent the browser."""
    config.add_route("signed-out-there", "/sign-in/with/{source}/signed-out", traverse="/")
    for route, method, more in (
        ("signed-out-there", "POST", {"request_param": "logout_token"}),
        ("signed-out-there", "GET", {"request_param": "sid"}),
        ("sign-in-return", "POST", {"request_param": "logoutRequest"}),
    ):
        config.add_view(
            ended_there,
            route_name=route,
            request_method=method,
            require_csrf=False,
            permission=NO_PERMISSION_REQUIRED,
            **more,
        )
    config.add_view(
        unlink_now,
        name="unlink-identity",
        context=Person,
        request_method="POST",
        permission=Permission.ACCOUNT_EDIT,
        fresh_proof=True,
    )
