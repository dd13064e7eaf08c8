"""My work: what waits for a person, most urgent first; then their centres and patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, find_above
from cpms_portal.dashboards.queries import (
    SHOWN,
    Waiting,
    about_panel,
    networks_at_work,
    places_at_work,
    recent_patients,
    waiting_for,
)
from cpms_portal.networks.queries import institution_of, network_of
from cpms_portal.networks.resources import Institution, Network
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.views.overview import facts_of
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.queries import state_of

#: What the profiles people hold are called.
PROFILES: dict[str, Any] = {
    Role.ASSISTANT: _("Assistant"),
    Role.COORDINATOR: _("Coordinator"),
    Role.DISPATCHER: _("Dispatcher"),
    Role.DPO: _("Data protection officer"),
    Role.ENROLLER: _("Enrols patients"),
    Role.GUEST: _("Guest"),
    Role.HP: _("Healthcare professional"),
    Role.REPRESENTATIVE: _("Representative of the centre"),
    Role.RESEARCHER: _("Researcher"),
}

#: What the lead of a panel does next, by the state of the panel.
NEXT_STEPS: dict[str, Any] = {
    "selection": _("Next: invite members"),
    "data_completion": _("Next: see that the record is complete"),
    "assessment": _("Next: wait for advice, then write the outcome"),
    "outcome": _("Next: finish the outcome"),
    "sign_off": _("Next: wait for the signatures"),
}


@dataclass(frozen=True)
class Line:
    """One thing that waits: where it leads, what it is, about what, how far, by when."""

    url: str
    title: Any
    about: tuple[Any, ...] = ()
    state: Any = None
    due: datetime | None = None
    urgent: bool = False
    late: bool = False


@dataclass(frozen=True)
class Block:
    """One kind of thing that waits. total: how many, when more wait than are shown."""

    name: str
    title: Any
    icon: str
    lines: list[Line] = field(default_factory=list)
    total: int = 0


#: What makes the line of one thing.
_Drawn = Callable[[Any], Line]
#: Name, title and icon of a block, what waits in it, what makes a line of it.
_Kind = tuple[str, Any, str, list[Any], _Drawn]


def panel_line(panel: Panel, request: Request, *, url: str = "", due: Any = None) -> Line:
    """Return the line of a panel: nickname and area, never more of the patient."""
    nickname, area = about_panel(panel)
    network = network_of(panel)
    by = due or panel.due
    return Line(
        url or request.resource_path(panel),
        _("${nickname}, panel ${number}", mapping={"nickname": nickname, "number": panel.number}),
        (area, "" if network is None else network.acronym),
        state_of(panel, request.registry),
        by,
        panel.urgent,
        by is not None and by < request.actor.now,
    )


def _block(kind: _Kind) -> Block:
    """Return a block: all are counted, lines are made of those shown."""
    name, title, icon, found, line = kind
    return Block(name, title, icon, [line(one) for one in found[:SHOWN]], len(found))


def _panel(request: Request, *view: str) -> _Drawn:
    """Return what makes the line of a panel, leading to where its next step is done."""
    return lambda one: panel_line(one, request, url=request.resource_path(one, *view))


def _leading(panel: Panel, request: Request) -> Line:
    line = panel_line(panel, request)
    return replace(line, about=(*line.about, NEXT_STEPS.get(panel.state, "")))


def _part(part: Any, request: Request, url: str) -> Line:
    return panel_line(part.panel, request, url=url, due=part.due)


def blocks_of(waiting: Waiting, request: Request) -> list[Block]:
    """Return everything that waits, most urgent first, without the kinds that are empty."""
    where, panel = request.resource_path, _panel(request)
    advice, outcome = _panel(request, "advice"), _panel(request, "outcome")
    kinds: list[_Kind] = [
        ("invitations", _("Invitations to answer"), "mail", waiting.invitations,
         lambda one: _part(one, request, where(one))),
        ("to-sign", _("Outcomes to sign"), "sign", waiting.to_sign, outcome),
        ("requests", _("Information asked from you"), "help", waiting.requests,
         lambda one: _part(one, request, where(one.panel, "advice"))),
        ("unassigned", _("Requests for assistance"), "flag", waiting.unassigned, panel),
        ("to-contribute", _("Your advice is asked"), "edit", waiting.to_contribute, advice),
        ("memberships", _("Requests for membership"), "people", waiting.memberships,
         lambda one: membership_line(one, request)),
        ("delegations", _("Assistants to confirm"), "people", waiting.delegations,
         lambda one: _own_line(one, request)),
        ("emergencies", _("Break-glass to review"), "warning", waiting.emergencies,
         lambda one: _own_line(one, request)),
        ("leading", _("Panels you lead"), "star", waiting.leading,
         lambda one: _leading(one, request)),
        ("asked", _("Your questions on the way"), "chat", waiting.asked, panel),
        ("drafts", _("Drafts"), "clipboard", waiting.drafts, panel),
    ]  # fmt: skip
    return [_block(kind) for kind in kinds if kind[3]]


def _own_line(one: Any, request: Request) -> Line:
    """Return the line of something at a centre, by its title: nothing of any patient."""
    centre = institution_of(one)
    about = ("" if centre is None else centre.display,)
    return Line(request.resource_path(one), one.title, about, state_of(one, request.registry))


def membership_line(membership: Any, request: Request) -> Line:
    """Return the line of a request for membership."""
    centre, network = institution_of(membership), network_of(membership)
    return Line(
        request.resource_path(membership),
        membership.title,
        (
            PROFILES.get(membership.role, membership.role),
            "" if centre is None else centre.display,
            "" if network is None else network.acronym,
        ),
        state_of(membership, request.registry),
    )


def patient_line(patient: Any, request: Request) -> dict[str, Any]:
    """Return the line of a patient of one's own centre: nickname, age, sex."""
    centre = find_above(patient, Institution)
    return {
        **facts_of(patient, request),
        "url": request.resource_path(patient),
        "centre": "" if centre is None else centre.display,
        "changed": patient.changed,
    }


def my_work(context: Portal, request: Request) -> dict[str, Any]:
    """Show what waits."""
    person, actor = request.person, request.actor
    waiting = waiting_for(person, actor)
    centres = places_at_work(person, actor, Institution)
    return {
        "title": _("My work"),
        "waits": waiting.total,
        "blocks": blocks_of(waiting, request),
        "centres": [
            {
                "place": place,
                "url": request.resource_path(place.node),
                "may_enrol": request.has_permission(Permission.PATIENT_ENROL, place.node),
            }
            for place in centres
        ],
        "coordinates": places_at_work(person, actor, Network),
        "networks": networks_at_work(person, actor),
        "patients": [patient_line(one, request) for one in recent_patients(actor, context, size=5)],
        "role_title": lambda role: PROFILES.get(role, role),
    }


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        my_work,
        context=Portal,
        name="my-work",
        permission=Permission.PORTAL_ENTER,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/my_work.pt",
        audited=True,
    )
