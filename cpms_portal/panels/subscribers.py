"""What panels listen to: consent that ends or comes back, and their own steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyramid.config import Configurator

from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Transitioned
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.actions import settle_guest
from cpms_portal.notifications.actions import notify
from cpms_portal.panels.interfaces import NOTICES
from cpms_portal.panels.queries.people import coordinators_of, portal_at
from cpms_portal.panels.queries.progress import frozen_from, signers
from cpms_portal.panels.resources import (
    CLOSED,
    RUNNING,
    STOPPED,
    InformationRequest,
    Invitation,
    Panel,
)
from cpms_portal.patients.actions import set_open_panels
from cpms_portal.patients.queries import patient_of
from cpms_portal.patients.resources import Patient
from cpms_portal.search.actions import reindex
from cpms_portal.workflow.actions import apply_state, transition

Chosen = Callable[[Panel, Actor], Iterable[int]]


def _lead(panel: Panel, actor: Actor) -> Iterable[int]:
    return (panel.lead,)


def _requester(panel: Panel, actor: Actor) -> Iterable[int]:
    return (panel.requester,)


def _members(panel: Panel, actor: Actor) -> Iterable[int]:
    return signers(panel)


def _everybody(panel: Panel, actor: Actor) -> Iterable[int]:
    return (panel.requester, *signers(panel))


#: Step of the panel → the notice it sends and to whom.
TOLD: dict[str, tuple[tuple[str, Chosen], ...]] = {
    "ask_assistance": (("panel.assistance_asked", coordinators_of),),
    "assign_lead": (("panel.lead_named", _lead), ("panel.lead_found", _requester)),
    "complete_data": (("panel.data_wanted", _requester),),
    "assess": (("panel.contribution_wanted", _members),),
    "ask_signatures": (("panel.signature_wanted", _members),),
    "close": (("panel.closed", _everybody),),
    "close_without_all": (("panel.closed", _everybody),),
    "restart": (("panel.restarted", _everybody),),
    "cancel": (("panel.cancelled", _everybody),),
    "freeze": (("panel.frozen", _everybody),),
}
THAWED = (("panel.thawed", _everybody),)


def follow_consent(event: Transitioned) -> None:
    """Freeze the panels of a patient whose consent ended, and thaw them when it is given again."""
    patient, actor = event.resource, event.actor
    if not isinstance(patient, Patient) or "panels" not in patient:
        return
    for panel in patient["panels"].values():
        if event.to_state == "enrolled":
            before = frozen_from(panel)
            if before is not None:
                transition(panel, f"thaw_{before}", portal_at(actor))
        elif panel.state in RUNNING:
            transition(panel, "freeze", portal_at(actor))
        elif panel.state in CLOSED:
            transition(panel, "freeze_closed", portal_at(actor))


def follow_panel(event: Transitioned) -> None:
    """Keep what belongs to a panel, and its patient, in step; tell the people it concerns."""
    panel, actor = event.resource, event.actor
    if not isinstance(panel, Panel):
        return
    if (event.from_state in STOPPED) != (event.to_state in STOPPED):
        for name in ("invitations", "contributions", "requests"):
            for part in panel[name].values():
                apply_state(part, actor)
    patient = patient_of(panel)
    if patient is not None:
        running = [one for one in patient["panels"].values() if one.state in RUNNING]
        set_open_panels(patient, len(running), actor)
    thawed = THAWED if event.transition.startswith("thaw_") else ()
    for text, choose in TOLD.get(event.transition, thawed):
        _tell(panel, choose(panel, actor), text, actor)


def _tell(panel: Panel, people: Iterable[int], text: str, actor: Actor) -> None:
    for oid in dict.fromkeys(people):
        if oid:
            notify(resource_of(panel, oid), text, panel, actor)


def follow_parts(event: Transitioned) -> None:
    """Index a panel again when its members change; tell who waited for an answer."""
    part, actor = event.resource, event.actor
    if isinstance(part, Invitation):
        reindex(part.panel)
        if event.transition in {"accept", "decline"}:
            people = (part.panel.lead, part.inviter)
            _tell(part.panel, people, "panel.invitation_answered", actor)
    elif isinstance(part, InformationRequest) and event.transition == "answer":
        _tell(part.panel, (part.person,), "panel.information_answered", actor)


def follow_guests(event: Transitioned) -> None:
    """Guests stay while their panels run, and some days more."""
    part, actor = event.resource, event.actor
    if isinstance(part, Panel):
        people: Iterable[int] = {part.requester, part.lead, *part.members} - {0}
    elif isinstance(part, Invitation):
        people = (part.person,)
    else:
        return
    for oid in people:
        person = resource_of(part, oid)
        if person is not None:
            settle_guest(person, actor)


def includeme(config: Configurator) -> None:
    """Listen, and register the texts of the notices."""
    for listener in (follow_consent, follow_panel, follow_parts, follow_guests):
        config.add_subscriber(listener, Transitioned)
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
