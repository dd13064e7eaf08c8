"""Hand over: the page on which a leaving person's patients and panels get somebody new."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import CPMSError, TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.dashboards.actions import hand_over
from cpms_portal.dashboards.queries import panels_in_charge, patients_in_charge
from cpms_portal.networks.queries import portal_of
from cpms_portal.networks.resources import Institution
from cpms_portal.search.queries import find
from cpms_portal.security.grants import holds
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role

MOST_PEOPLE = 500


def hand_over_page(context: Institution, request: Request) -> dict[str, Any]:
    """Ask who leaves and who follows; numbers only, nothing of any patient."""
    return _shown(context, request, None)


def _shown(institution: Institution, request: Request, problem: Any) -> dict[str, Any]:
    sent = request.POST if request.method == "POST" else request.GET
    people = _people(institution, request)
    chosen = {
        name: next((one for one in people if one.__name__ == sent.get(name)), None)
        for name in ("leaver", "successor")
    }
    leaver, actor = chosen["leaver"], request.actor
    return {
        "title": _("Hand over"),
        "people": people,
        "clinicians": [one for one in people if holds(one, Role.HP, institution, actor.now)],
        **chosen,
        "problem": problem,
        "path": request.resource_path(institution, "hand-over"),
        "patients": len(patients_in_charge(institution, leaver, actor)) if leaver else 0,
        "panels": len(panels_in_charge(institution, leaver, actor)) if leaver else 0,
    }


def _people(institution: Institution, request: Request) -> list[Any]:
    """Return everybody who works or worked at the centre, by name."""
    found = find(
        portal_of(request.actor),
        "membership",
        within=institution,
        where={"state": ("active", "suspended", "ended")},
        sort="title",
        size=MOST_PEOPLE,
    )
    people = {one.person: one.person_resource() for one in found}
    return [person for person in people.values() if person is not None]


def take_over(context: Institution, request: Request) -> dict[str, Any] | Response:
    """Hand over, and say how much."""
    shown = _shown(context, request, None)
    try:
        if shown["leaver"] is None or shown["successor"] is None:
            raise ValueRefusedError(_("Choose who leaves and who follows."), "successor")
        handed = hand_over(context, shown["leaver"], shown["successor"], request.actor)
    except (ValueRefusedError, TransitionDeniedError) as error:
        return _refused(context, request, error)
    numbers = {"patients": handed.patients, "panels": handed.panels}
    request.tell(_("Handed over: patients ${patients}, panels ${panels}.", mapping=numbers))
    return HTTPSeeOther(request.resource_path(context, "memberships"))


def _refused(institution: Institution, request: Request, error: CPMSError) -> dict[str, Any]:
    request.tm.doom()
    request.response.status_int = error.status
    return _shown(institution, request, error.message)


def includeme(config: Configurator) -> None:
    """Register the page."""
    for view, method in ((hand_over_page, "GET"), (take_over, "POST")):
        config.add_view(
            view,
            context=Institution,
            name="hand-over",
            permission=Permission.INSTITUTION_HAND_OVER,
            request_method=method,
            renderer="cpms_portal.dashboards:templates/hand_over.pt",
            fresh_proof=method == "POST",
        )
