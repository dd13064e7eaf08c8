"""Who of a centre sees its patients: the policy of the centre, and the team of a patient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.networks.queries import active_people, institution_of
from cpms_portal.networks.resources import Institution
from cpms_portal.notifications.actions import notify
from cpms_portal.patients.actions import reapply
from cpms_portal.patients.resources import Patient
from cpms_portal.security.grants import holds
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role

#: Every clinician of the centre; the clinician in charge and a team; that clinician alone.
POLICIES = ("centre", "team", "owner")


def change_visibility(institution: Institution, visibility: str, actor: Actor) -> int:
    """Change who of a centre sees its patients; return how many access lists were made anew.

    Raises TransitionDeniedError for who may not, ValueRefusedError for an unknown policy.
    """
    if not actor.may(Permission.INSTITUTION_VISIBILITY, institution):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    if visibility not in POLICIES or institution.is_for_guests:
        raise ValueRefusedError(_("Choose one of the answers offered."), "visibility")
    if visibility == institution.visibility:
        return 0
    before, institution.visibility = institution.visibility, visibility
    patients = list(institution["patients"].values()) if "patients" in institution else []
    for patient in patients:
        if patient.state != "removed":
            reapply(patient, actor)
    detail = {"from": before, "to": visibility}
    announce(actor.registry, Changed(institution, actor, "institution.visibility", detail))
    for oid in active_people(institution, [Role.DPO], actor):
        notify(resource_of(institution, oid), "institution.visibility", institution, actor)
    return len(patients)


def change_team(patient: Patient, team: Iterable[Any], actor: Actor) -> None:
    """Set the colleagues who have a patient in charge together with the owner.

    Raises TransitionDeniedError for who may not, ValueRefusedError for somebody who is no
    clinician of the centre, or where the centre does not work in teams.
    """
    centre = institution_of(patient)
    if not actor.may(Permission.PATIENT_TEAM, patient):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    if centre is None or centre.visibility != "team":
        raise ValueRefusedError(_("Your centre does not work in teams."), "team")
    chosen = list(team)
    if any(not holds(person, Role.HP, centre, actor.now) for person in chosen):
        raise ValueRefusedError(_("Choose healthcare professionals of this centre."), "team")
    oids = dict.fromkeys(oid_of(person) for person in chosen)
    patient.team = tuple(oid for oid in oids if oid != patient.owner)
    reapply(patient, actor)
    announce(actor.registry, Changed(patient, actor, "patient.team"))
