"""Hand over what a person who leaves a centre had in charge: patients, and panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified, oid_of
from cpms_portal.dashboards.queries import panels_in_charge, patients_in_charge
from cpms_portal.networks.resources import Institution
from cpms_portal.panels.queries.experts import why_no_expert
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.actions import reapply, touch
from cpms_portal.security.grants import grant, holds, revoke
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.interfaces import Step


@dataclass(frozen=True)
class Handed:
    """How much was handed over."""

    patients: int
    panels: int


def hand_over(institution: Institution, leaver: Any, successor: Any, actor: Actor) -> Handed:
    """Give patients and running panels of one person at a centre to another clinician there.

    Raises TransitionDeniedError for who may not, ValueRefusedError for a successor who cannot.
    """
    if not actor.may(Permission.INSTITUTION_HAND_OVER, institution):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    if oid_of(leaver) == oid_of(successor):
        raise ValueRefusedError(_("Choose two different people."), "successor")
    if not holds(successor, Role.HP, institution, actor.now):
        raise ValueRefusedError(_("Choose a healthcare professional of this centre."), "successor")
    if institution.visibility != "centre" and oid_of(successor) == actor.oid:
        said = _("Here only who is in charge sees a patient: somebody else hands over to you.")
        raise ValueRefusedError(said, "successor")
    patients = patients_in_charge(institution, leaver, actor)
    panels = panels_in_charge(institution, leaver, actor)
    if any(panel.lead == oid_of(leaver) for panel in panels):
        reason = why_no_expert(successor, actor)
        if reason is not None:
            raise ValueRefusedError(reason, "successor")
    for patient in patients:
        patient.owner = oid_of(successor)
        _note(patient, leaver, successor, actor)
        reapply(patient, actor)
        touch(patient, actor)
    for panel in panels:
        _hand_panel(panel, leaver, successor, actor)
    announce(actor.registry, Changed(institution, actor, "institution.hand_over"))
    return Handed(len(patients), len(panels))


def _hand_panel(panel: Panel, leaver: Any, successor: Any, actor: Actor) -> None:
    for role, name in ((Role.LEAD, "lead"), (Role.REQUESTER, "requester")):
        if getattr(panel, name) == oid_of(leaver):
            setattr(panel, name, oid_of(successor))
            revoke(leaver, role, panel)
            grant(successor, role, panel, since=actor.now)
    _note(panel, leaver, successor, actor)
    modified(panel, actor.registry)
    announce(actor.registry, Changed(panel, actor, "panel.hand_over"))


def _note(resource: Any, leaver: Any, successor: Any, actor: Actor) -> None:
    """Write into the history who gave what to whom: names of colleagues, nothing of the patient."""
    said = f"{leaver.title} → {successor.title}"
    state = resource.state
    step = Step(actor.now, actor.oid, actor.name, "hand_over", state, state, said)
    *before, last = resource.history
    # What a frozen panel thaws to is read from its last step, which therefore stays the last.
    resource.history = (*before, step, last) if "frozen" in state else (*before, last, step)
