"""Where else I am signed in, and how to end it."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.identity.actions import end_other_sessions, end_session
from cpms_portal.identity.views.landing import to_account
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import session_key


def end_session_now(context: Person, request: Request) -> Response:
    """End one session."""
    key = request.POST.get("session", "")
    if not key or not end_session(context, key, request.actor):
        raise HTTPNotFound()
    request.tell(_("The session was ended."))
    return to_account(context, request)


def end_other_sessions_now(context: Person, request: Request) -> Response:
    """End every session but this one."""
    end_other_sessions(context, session_key(request), request.actor)
    request.tell(_("All other sessions were ended."))
    return to_account(context, request)


def includeme(config: Configurator) -> None:
    """Register the steps."""
    for view, name in (
        (end_session_now, "end-session"),
        (end_other_sessions_now, "end-other-sessions"),
    ):
        config.add_view(
            view,
            name=name,
            context=Person,
            request_method="POST",
            permission=Permission.ACCOUNT_EDIT,
        )
