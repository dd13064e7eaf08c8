"""My access: every request and membership of a person, what happens next and by when."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.networks.queries import (
    ENDING,
    OVER,
    institution_of,
    memberships_of,
    network_of,
)
from cpms_portal.networks.resources import Membership
from cpms_portal.people.views.access import PROFILES
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from cpms_portal.workflow.queries import state_of

REASON_LENGTH = 2000
WAITING = ("asked_back", "requested")


def my_access(context: Person, request: Request) -> dict[str, Any]:
    """Show all memberships: those that wait, those that count, those that are over."""
    lines = [line_of(one, request) for one in memberships_of(context, request.actor)]
    return {
        "title": _("My access"),
        "waiting": [line for line in lines if line["membership"].state in WAITING],
        "current": [line for line in lines if line["membership"].state not in {*WAITING, *OVER}],
        "over": [line for line in lines if line["membership"].state in OVER],
        "wizard": request.resource_path(request.root, "request-access"),
    }


def line_of(membership: Membership, request: Request) -> dict[str, Any]:
    """Return a membership as its person sees it."""
    network, centre = network_of(membership), institution_of(membership)
    profile = PROFILES.get(Role(membership.role))
    last = membership.history[-1]
    return {
        "membership": membership,
        "url": request.resource_path(membership),
        "profile": profile[0] if profile else membership.role,
        "centre": "" if centre is None else centre.display,
        "network": "" if network is None else network.acronym,
        "state": state_of(membership, request.registry),
        "reason": last.reason if membership.state != "requested" else "",
        "who": last.who_name,
        "late": membership.due is not None and membership.due < request.actor.now,
        "ended": membership.ends is not None and membership.ends <= request.actor.now,
    }


def withdraw(context: Membership, request: Request) -> Response:
    """Take a request back."""
    transition(context, "withdraw", request.actor)
    request.tell(_("Your request was withdrawn."))
    return _back(request)


def answer(context: Membership, request: Request) -> Response:
    """Answer what the coordinator asked; without an answer the page says so."""
    text = request.POST.get("answer", "")[:REASON_LENGTH]
    try:
        transition(context, "answer", request.actor, reason=text)
    except ValueRefusedError:
        request.tell(_("Please write an answer first."), "danger")
        return _back(request)
    request.tell(_("Your answer was sent."))
    return _back(request)


def _back(request: Request) -> Response:
    return HTTPSeeOther(request.resource_path(request.person, "access"))


def access_notice(context: Portal, request: Request) -> dict[str, Any]:
    """Say on my work where a request stands, how to ask for one, and that guest access ends."""
    own = memberships_of(request.person, request.actor) if request.person else []
    soon = [
        line_of(one, request)
        for one in own
        if one.state == "active" and one.ends is not None and one.ends - ENDING <= request.actor.now
    ]
    return {
        "none": bool(request.person) and all(one.state in OVER for one in own),
        "asked_back": [one for one in own if one.state == "asked_back"],
        "requested": [one for one in own if one.state == "requested"],
        "soon": soon,
        "wizard": request.resource_path(request.root, "request-access"),
        "access": request.resource_path(request.person, "access") if request.person else "",
    }


def includeme(config: Configurator) -> None:
    """Register the pages, the tab and the piece of my work."""
    config.add_view(
        my_access,
        context=Person,
        name="access",
        permission=Permission.ACCOUNT_VIEW,
        request_method="GET",
        renderer="cpms_portal.people:templates/my_access.pt",
    )
    config.add_tab(Person, "access", _("Access"), order=15, permission=Permission.ACCOUNT_VIEW)
    for view, name in ((withdraw, "withdraw"), (answer, "answer")):
        config.add_view(
            view,
            context=Membership,
            name=name,
            permission=Permission.MEMBERSHIP_ASK,
            request_method="POST",
        )
    config.add_view(
        access_notice,
        context=Portal,
        name="access-notice",
        permission=Permission.PORTAL_ENTER,
        request_method="GET",
        renderer="cpms_portal.people:templates/access_notice.pt",
    )
    config.add_section(Portal, "access-notice", order=0, place="my-work-first")
