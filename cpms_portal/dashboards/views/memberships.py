"""Memberships of a centre and of a network, and the page on which one is decided."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.dashboards.views.my_work import PROFILES
from cpms_portal.dashboards.views.places import start_of
from cpms_portal.networks.queries import institution_of, network_of
from cpms_portal.networks.resources import Institution, Membership, Network
from cpms_portal.search.lookup import look_up
from cpms_portal.search.queries import BATCH, find
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import transition
from cpms_portal.workflow.queries import offers, state_of, workflows

#: What is said after a step.
DONE = {
    "approve": _("${name} is a member now."),
    "reject": _("The request of ${name} was rejected."),
    "suspend": _("The membership of ${name} is suspended."),
    "resume": _("The membership of ${name} counts again."),
    "end": _("The membership of ${name} has ended."),
}


def memberships_page(context: Network | Institution, request: Request) -> dict[str, Any]:
    """List memberships: those waiting for a decision, or of another state, or by name."""
    states = {
        name: state.title
        for name, state in workflows(request.registry)["Membership"].states.items()
    }
    whole_network = isinstance(context, Network)
    asked = request.GET.get("state", "requested" if whole_network else "active")
    state = asked if asked in states else "active"
    sought = request.GET.get("q", "").strip()[:100]
    if sought:
        found = look_up(request.actor, "membership", sought, within=context, size=BATCH)
    else:
        found = find(
            request.actor,
            "membership",
            within=context,
            where={"state": state},
            sort="created",
            descending=state != "requested",
            start=start_of(request),
        )
    path = request.resource_path(context, "memberships")
    return {
        "title": _("Memberships") if whole_network else _("Members"),
        "found": found,
        "lines": [_line(one, request) for one in found],
        "states": states,
        "state": None if sought else state,
        "sought": sought,
        "whole_network": whole_network,
        "path": path,
        "address": lambda begin: f"{path}?{urlencode({'state': state, 'start': begin})}",
    }


def _line(membership: Membership, request: Request) -> dict[str, Any]:
    return {
        "membership": membership,
        "url": request.resource_path(membership),
        "role": PROFILES.get(membership.role, membership.role),
        "centre": institution_of(membership),
        "state": state_of(membership, request.registry),
        "may_decide": request.has_permission(Permission.MEMBERSHIP_DECIDE, membership),
    }


def membership_page(context: Membership, request: Request) -> dict[str, Any]:
    """Show a membership, its history and what can be decided."""
    return {**_shown(context, request), "problem": None, "typed": "", "tried": ""}


def _shown(membership: Membership, request: Request) -> dict[str, Any]:
    workflow = workflows(request.registry)["Membership"]
    titles = {name: move.title for name, move in workflow.transitions.items()}
    return {
        **_line(membership, request),
        "network": network_of(membership),
        "person": membership.person_resource(),
        "offers": offers(membership, request.actor),
        "steps": [
            {
                "title": titles.get(step.transition, _("Requested")),
                "at": step.at,
                "who": step.who_name,
                "text": step.reason,
            }
            for step in reversed(membership.history)
        ],
    }


def decide_membership(context: Membership, request: Request) -> dict[str, Any] | Response:
    """Take the step that was chosen; with a reason where one is needed."""
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    try:
        transition(context, step, request.actor, reason=reason[:2000])
    except (ValueRefusedError, TransitionDeniedError) as error:
        request.tm.doom()
        request.response.status_int = error.status
        tried = {"problem": error.message, "typed": reason, "tried": step}
        return {**_shown(context, request), **tried}
    if step in DONE:
        request.tell(_(DONE[step], mapping={"name": context.title}))
    return HTTPSeeOther(_next(context, request))


def _next(membership: Membership, request: Request) -> str:
    """Return the queue of the network to who decides, else the membership itself."""
    network = network_of(membership)
    if network is not None and request.has_permission(Permission.MEMBERSHIP_VIEW, network):
        return str(request.resource_path(network, "memberships"))
    return str(request.resource_path(membership))


def includeme(config: Configurator) -> None:
    """Register the pages and their tabs."""
    for context in (Network, Institution):
        config.add_view(
            memberships_page,
            context=context,
            name="memberships",
            permission=Permission.MEMBERSHIP_VIEW,
            request_method="GET",
            renderer="cpms_portal.dashboards:templates/memberships.pt",
        )
    config.add_tab(
        Network, "memberships", _("Memberships"), order=60, permission=Permission.MEMBERSHIP_VIEW
    )
    config.add_tab(
        Institution, "memberships", _("Members"), order=60, permission=Permission.MEMBERSHIP_VIEW
    )
    page = "cpms_portal.dashboards:templates/membership.pt"
    config.add_view(
        membership_page,
        context=Membership,
        permission=Permission.MEMBERSHIP_VIEW,
        request_method="GET",
        renderer=page,
    )
    config.add_view(
        decide_membership,
        context=Membership,
        permission=Permission.MEMBERSHIP_DECIDE,
        request_method="POST",
        renderer=page,
    )
