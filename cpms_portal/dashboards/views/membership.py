"""One membership: who, where, what happened, and everything that can be decided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import CPMSError, TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.dashboards.views.memberships import line_of
from cpms_portal.dashboards.views.my_work import PROFILES
from cpms_portal.networks.actions import (
    PROFILES_ASKED,
    approve,
    authorise_enrolment,
    change_profile,
    extend,
)
from cpms_portal.networks.queries import enrolment_of, network_of
from cpms_portal.networks.resources import Membership
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from cpms_portal.workflow.queries import offers, workflows

#: What is said after a step.
DONE = {
    "approve": _("${name} is a member now."),
    "ask_back": _("Your question was sent to ${name}."),
    "reject": _("The request of ${name} was rejected."),
    "confirm": _("The membership of ${name} is still right."),
    "extend": _("The guest access of ${name} was extended."),
    "suspend": _("The membership of ${name} is suspended."),
    "resume": _("The membership of ${name} counts again."),
    "end": _("The membership of ${name} has ended."),
    "change_profile": _("${name} has another profile now."),
    "authorise_enrolment": _("${name} may enrol patients in the Guest Virtual Centre."),
}
#: How long a guest may stay: days → words; "panels" for as long as their panels run.
TERMS = {
    "90": _("3 months"),
    "182": _("6 months"),
    "365": _("1 year"),
    "panels": _("Until their panels close"),
}
#: Steps the person takes, on their own page.
OWN_STEPS = frozenset({"answer", "withdraw"})


def membership_page(context: Membership, request: Request) -> dict[str, Any]:
    """Show a membership, its history and what can be decided."""
    return {**_shown(context, request), "problem": None, "typed": "", "tried": ""}


def _shown(membership: Membership, request: Request) -> dict[str, Any]:
    workflow = workflows(request.registry)["Membership"]
    titles = {name: move.title for name, move in workflow.transitions.items()}
    line = line_of(membership, request)
    changing = line["may_decide"] and membership.state == "active" and not membership.is_timed
    roles = [role for role in PROFILES_ASKED if role != membership.role] if changing else []
    guest = membership.role == Role.GUEST and membership.state == "active"
    return {
        **line,
        "network": network_of(membership),
        "person": membership.person_resource(),
        "offers": [
            offer
            for offer in offers(membership, request.actor)
            if offer.name not in OWN_STEPS and (offer.name != "extend" or membership.is_timed)
        ],
        "terms": TERMS if membership.is_timed else {},
        "profiles": [(role.value, PROFILES[role]) for role in roles],
        "may_enrol": enrolment_of(membership) is not None if guest else False,
        "authorise": guest and line["may_decide"] and enrolment_of(membership) is None,
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
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")[:2000]
    try:
        _take(context, step, reason, request)
    except (ValueRefusedError, TransitionDeniedError) as error:
        return _refused(context, request, error)
    if step in DONE:
        request.tell(_(DONE[step], mapping={"name": context.title}))
    return HTTPSeeOther(_next(context, request))


def _take(membership: Membership, step: str, reason: str, request: Request) -> None:
    term = request.POST.get("term")
    if step == "approve" and term is not None:
        approve(membership, request.actor, reason=reason, end=_end(term, request))
    elif step == "extend":
        extend(membership, request.actor, _end(term or "", request))
    elif step == "change_profile":
        role = request.POST.get("profile", "")
        if role not in {one.value for one in PROFILES_ASKED}:
            raise ValueRefusedError(_("Choose another profile."), "role")
        change_profile(membership, Role(role), request.actor, reason)
    elif step == "authorise_enrolment":
        authorise_enrolment(membership, request.actor, reason)
    else:
        transition(membership, step, request.actor, reason=reason)


def _end(term: str, request: Request) -> date | None:
    if term not in TERMS:
        raise ValueRefusedError(_("Choose how long the guest may stay."), "term")
    if term == "panels":
        return None
    today: date = request.actor.now.date()
    return today + timedelta(days=int(term))


def _refused(membership: Membership, request: Request, error: CPMSError) -> dict[str, Any]:
    request.tm.doom()
    request.response.status_int = error.status
    typed = request.POST.get("reason", "")
    tried = {"problem": error.message, "typed": typed, "tried": request.POST.get("step", "")}
    return {**_shown(membership, request), **tried}


def _next(membership: Membership, request: Request) -> str:
    """Return the queue of the network to who decides, else the membership itself."""
    network = network_of(membership)
    if network is not None and request.has_permission(Permission.MEMBERSHIP_VIEW, network):
        return str(request.resource_path(network, "memberships"))
    return str(request.resource_path(membership))


def includeme(config: Configurator) -> None:
    """Register the page."""
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
        fresh_proof=True,
    )
