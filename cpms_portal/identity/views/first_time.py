"""Somebody comes from outside for the first time: the account must be shown to be theirs."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.identity.actions.first_time import ask_to_connect, connect
from cpms_portal.identity.queries.errands import said_in
from cpms_portal.identity.queries.front_desk import connection_of
from cpms_portal.identity.queries.identities import source_title
from cpms_portal.identity.views.landing import go_on
from cpms_portal.identity.views.outside import LATE, refuse
from cpms_portal.identity.views.sign_in import visitor


def ask_for_mail(context: Portal, request: Request) -> Response:
    """Send the mail that connects; the answer is the same for every address."""
    note = request.POST.get("note", "")
    said = said_in(request.registry, note, get_csrf_token(request))
    if said is None:
        return refuse(request, LATE)
    if "privacy" not in request.POST:
        return refuse(request, _("Please read the privacy statement and tick the box."))
    try:
        ask_to_connect(context["people"], said, request.locale_name, visitor(request))
    except ValueRefusedError as error:
        return refuse(request, error.message)
    request.tell(_("Look into your mailbox: the mail has a link that connects, for 24 hours."))
    return go_on(request, "sign-in")


def connection_page(context: Portal, request: Request) -> dict[str, Any]:
    """Ask whether to connect."""
    wanted = connection_of(context, request.matchdict["token"], request.registry)
    if wanted is None or wanted.identity is None:
        raise HTTPNotFound()
    source = source_title(wanted.identity[0], request.registry)
    return {"title": _("Connect your sign-in"), "source": source, "mail": wanted.mail}


def connect_now(context: Portal, request: Request) -> Response:
    """Connect, and lead to the front door."""
    try:
        connect(context["people"], request.matchdict["token"], visitor(request))
    except ValueRefusedError as error:
        return refuse(request, error.message)
    request.tell(_("Your sign-in is connected. Sign in with it now."))
    return HTTPSeeOther(location=request.resource_path(context, "sign-in"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_route("first-time", "/sign-in/with/{source}/first-time", traverse="/")
    config.add_route("connect", "/connect/{token}", traverse="/")
    for view, route, method, template in (
        (ask_for_mail, "first-time", "POST", None),
        (connection_page, "connect", "GET", "connect"),
        (connect_now, "connect", "POST", None),
    ):
        config.add_view(
            view,
            route_name=route,
            request_method=method,
            renderer=template and f"cpms_portal.identity:templates/{template}.pt",
            permission=NO_PERMISSION_REQUIRED,
        )
