"""Open a panel and move it through its phases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, Transitioned, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified, oid_of, resource_of
from cpms_portal.networks.queries import network_of
from cpms_portal.panels.queries.experts import why_no_expert
from cpms_portal.panels.resources import (
    Contributions,
    InformationRequests,
    Invitations,
    Outcomes,
    Panel,
    Panels,
)
from cpms_portal.patients.queries import care_consent_valid
from cpms_portal.patients.resources import Patient
from cpms_portal.security.grants import grant
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import begin, transition

PARTS = {
    "invitations": Invitations,
    "contributions": Contributions,
    "requests": InformationRequests,
    "outcomes": Outcomes,
}
QUESTION_LENGTH = 4000


def open_panel(patient: Patient, values: Mapping[str, Any], actor: Actor) -> Panel:
    """Open a panel as a draft; ``submit`` or ``ask_assistance`` sends it on its way.

    values: question (text), area (id of the network), urgent (bool). ValueRefusedError without
    a question or with an unknown area, TransitionDeniedError without a valid care consent.
    """
    _check(patient, values, actor)
    panels = patient.get("panels")
    if panels is None:
        panels = Panels("Panels", actor.now)
        patient.add("panels", panels)
    number = max((int(name) for name in panels), default=0) + 1
    requester = actor.answers
    panel = Panel(
        number,
        values["area"],
        urgent=bool(values.get("urgent")),
        requester=oid_of(requester),
        created=actor.now,
    )
    panel.opened_by = 0 if actor.on_behalf_of is None else actor.oid
    panels.add(str(number), panel)
    for name, kind in PARTS.items():
        panel.add(name, kind(name.capitalize(), actor.now))
    panel.keep(actor.registry, "question", values["question"].strip())
    grant(requester, Role.REQUESTER, panel, since=actor.now)
    begin(panel, actor)
    announce(actor.registry, Changed(panel, actor, "panel.open"))
    return panel


def _check(patient: Patient, values: Mapping[str, Any], actor: Actor) -> None:
    if not care_consent_valid(patient, actor.now):
        raise TransitionDeniedError(_("There is no valid consent for care."))
    if not actor.may(Permission.PANEL_OPEN, patient):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    _check_question(patient, values)


def _check_question(resource: Any, values: Mapping[str, Any]) -> None:
    question = str(values.get("question") or "").strip()
    if not question:
        raise ValueRefusedError(_("Write the question: what do you want to know?"), "question")
    if len(question) > QUESTION_LENGTH:
        raise ValueRefusedError(_("This is too long for a question."), "question")
    network = network_of(resource)
    area = None if network is None else network.area(str(values.get("area") or ""))
    if area is None or area.retired:
        raise ValueRefusedError(_("Choose a thematic area of this network."), "area")


def edit_panel(panel: Panel, values: Mapping[str, Any], actor: Actor) -> None:
    """Change question, area and urgency, as long as the panel runs."""
    if not actor.may(Permission.PANEL_EDIT, panel):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    _check_question(panel, values)
    panel.keep(actor.registry, "question", values["question"].strip())
    panel.area = values["area"]
    panel.urgent = bool(values.get("urgent"))
    modified(panel, actor.registry)
    announce(actor.registry, Changed(panel, actor, "panel.edit"))


def move(panel: Panel, step: str, actor: Actor, *, reason: str = "", lead: int = 0) -> Transitioned:
    """Take a step of the panel's workflow; the reason is kept sealed."""
    if step == "assign_lead":
        _check_lead(panel, lead, actor)
    return transition(
        panel, step, actor, reason=panel.keep_reason(actor.registry, reason), values={"lead": lead}
    )


def _check_lead(panel: Panel, lead: int, actor: Actor) -> None:
    person = resource_of(panel, lead) if lead else None
    if person is None:
        raise ValueRefusedError(_("Choose who leads the panel."), "lead")
    reason = why_no_expert(person, actor)
    if reason is not None:
        raise ValueRefusedError(reason, "lead")


def submit(panel: Panel, actor: Actor) -> None:
    """Send the panel on its way, led by the requester."""
    move(panel, "submit", actor)


def ask_assistance(panel: Panel, actor: Actor) -> None:
    """Ask the coordinators of the network to name a lead."""
    move(panel, "ask_assistance", actor)


def assign_lead(panel: Panel, lead: Any, actor: Actor) -> None:
    """Name the lead of a panel that waits for one."""
    move(panel, "assign_lead", actor, lead=oid_of(lead))


def close(panel: Panel, actor: Actor, *, reason: str = "") -> None:
    """Close the panel; with a reason also when a signature is missing."""
    move(panel, "close_without_all" if reason else "close", actor, reason=reason)


def restart(panel: Panel, actor: Actor, reason: str) -> None:
    """Begin a new round of a closed panel."""
    move(panel, "restart", actor, reason=reason)


def cancel(panel: Panel, actor: Actor, reason: str) -> None:
    """Cancel a panel; nobody outside the centre reads it any more."""
    move(panel, "cancel", actor, reason=reason)


def keep_draft(panel: Panel, form: str, value: Any, actor: Actor) -> None:
    """Keep what somebody types in a form, sealed, for this person alone."""
    name = f"{form}/{actor.oid}"
    panel.drafts[name] = panel.sealed(actor.registry, f"draft/{name}", value)


def drop_draft(panel: Panel, form: str, actor: Actor) -> None:
    """Forget a draft that was sent."""
    panel.drafts.pop(f"{form}/{actor.oid}", None)
