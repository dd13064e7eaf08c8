"""Memberships of a centre and of a network: the queue, the yearly review, many at once."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.dashboards.views.my_work import PROFILES
from cpms_portal.dashboards.views.places import start_of
from cpms_portal.networks.queries import institution_of, network_of
from cpms_portal.networks.resources import Institution, Membership, Network
from cpms_portal.search.lookup import look_up
from cpms_portal.search.queries import BATCH, Found, find
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import transition
from cpms_portal.workflow.queries import state_of, workflows

#: The pseudo-state of memberships that somebody should look at again.
REVIEW = "review"
#: Steps that may be taken for many at once, by the state that is listed.
BULK = {
    "requested": (("approve", _("Approve")), ("reject", _("Reject"))),
    REVIEW: (("confirm", _("Still right")), ("end", _("End"))),
}
MOST_REVIEWED = 500
MOST_CHOSEN = 200
#: Object ids may be negative.
OID = re.compile(r"-?[0-9]{1,19}")


def memberships_page(context: Network | Institution, request: Request) -> dict[str, Any]:
    """List memberships: those waiting for a decision, or of another state, or by name."""
    states = {
        name: state.title
        for name, state in workflows(request.registry)["Membership"].states.items()
    } | {REVIEW: _("To look at again")}
    whole_network = isinstance(context, Network)
    asked = request.GET.get("state", "requested" if whole_network else "active")
    state = asked if asked in states else "active"
    sought = request.GET.get("q", "").strip()[:100]
    found = _found(context, request, state, sought)
    path = request.resource_path(context, "memberships")
    decides = request.has_permission(Permission.MEMBERSHIP_DECIDE, context)
    return {
        "title": _("Memberships") if whole_network else _("Members"),
        "found": found,
        "lines": [line_of(one, request) for one in found],
        "states": states,
        "state": None if sought else state,
        "bulk": BULK.get(state, ()) if decides and not sought else (),
        "sought": sought,
        "whole_network": whole_network,
        "path": path,
        "policy": _policy(context, request),
        "hand_over": _hand_over(context, request),
        "address": lambda begin: f"{path}?{urlencode({'state': state, 'start': begin})}",
    }


def _found(context: Any, request: Request, state: str, sought: str) -> Found:
    if sought:
        return look_up(request.actor, "membership", sought, within=context, size=BATCH)
    start = start_of(request)
    if state == REVIEW:
        found = find(
            request.actor,
            "membership",
            within=context,
            where={"state": "active"},
            sort="due",
            size=MOST_REVIEWED,
        )
        due = [one for one in found if one.due is not None and one.due <= request.actor.now]
        return Found(len(due), due[start : start + BATCH], start, BATCH)
    return find(
        request.actor,
        "membership",
        within=context,
        where={"state": state},
        sort="due" if state == "requested" else "created",
        descending=state != "requested",
        start=start,
    )


def _policy(context: Network | Institution, request: Request) -> str | None:
    network = isinstance(context, Network)
    needed = Permission.NETWORK_EDIT if network else Permission.INSTITUTION_EDIT
    if not request.has_permission(needed, context):
        return None
    return str(request.resource_path(context, "access-policy" if network else "trusted-domains"))


def _hand_over(context: Network | Institution, request: Request) -> str | None:
    may = request.has_permission(Permission.INSTITUTION_HAND_OVER, context)
    return str(request.resource_path(context, "hand-over")) if may else None


def line_of(membership: Membership, request: Request) -> dict[str, Any]:
    """Return a membership as a list shows it."""
    due, now = membership.due, request.actor.now
    return {
        "membership": membership,
        "url": request.resource_path(membership),
        "role": PROFILES.get(membership.role, membership.role),
        "centre": institution_of(membership),
        "state": state_of(membership, request.registry),
        "late": membership.state == "requested" and due is not None and due < now,
        "ended": membership.ends is not None and membership.ends <= now,
        "may_decide": request.has_permission(Permission.MEMBERSHIP_DECIDE, membership),
    }


def decide_many(context: Network | Institution, request: Request) -> Response:
    """Take one step for all that were ticked; what cannot be done is left as it is, and said."""
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")[:2000]
    steps = {name for offered in BULK.values() for name, _title in offered}
    done = left = 0
    for membership in _chosen(context, request) if step in steps else []:
        try:
            transition(membership, step, request.actor, reason=reason)
            done += 1
        except TransitionDeniedError:
            left += 1
        except ValueRefusedError as error:
            request.tell(error.message, "danger")
            break
    if done:
        request.tell(_("${number} decided.", mapping={"number": done}))
    if left:
        text = _("${number} left as they are: they have moved on.", mapping={"number": left})
        request.tell(text, "attention")
    state = request.POST.get("state", "")
    query = {"state": state if state in BULK else "requested"}
    return HTTPSeeOther(request.resource_path(context, "memberships", query=query))


def _chosen(context: Any, request: Request) -> list[Membership]:
    """Return the memberships ticked, as far as they belong here."""
    sent = request.POST.getall("chosen")[:MOST_CHOSEN]
    oids = [text for text in sent if OID.fullmatch(text)]
    found = [resource_of(context, int(oid)) for oid in dict.fromkeys(oids)]
    above = institution_of if isinstance(context, Institution) else network_of
    return [one for one in found if isinstance(one, Membership) and above(one) is context]


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
        config.add_view(
            decide_many,
            context=context,
            name="memberships",
            permission=Permission.MEMBERSHIP_DECIDE,
            request_method="POST",
            fresh_proof=True,
        )
    config.add_tab(
        Network, "memberships", _("Memberships"), order=60, permission=Permission.MEMBERSHIP_VIEW
    )
    config.add_tab(
        Institution, "memberships", _("Members"), order=60, permission=Permission.MEMBERSHIP_VIEW
    )
