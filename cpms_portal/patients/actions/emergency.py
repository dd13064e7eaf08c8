"""Break-glass: read a patient of one's centre without being in charge, for a reason and a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, Refused, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import resource_of
from cpms_portal.core.settings import setting
from cpms_portal.networks.queries import active_people, coordinators_of, network_of
from cpms_portal.networks.resources import Institution
from cpms_portal.notifications.actions import notify
from cpms_portal.patients.queries import care_consent_valid
from cpms_portal.patients.queries.emergency import patient_named, reason_field
from cpms_portal.patients.resources import EmergencyAccess, EmergencyAccesses, Patient
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.storage.sealing import seal_json
from cpms_portal.workflow.actions import begin, transition

#: A reason is a sentence, not a word.
SHORTEST_REASON, LONGEST_REASON = 15, 1000


def break_glass(institution: Institution, named: str, reason: str, actor: Actor) -> EmergencyAccess:
    """Open a patient to the actor, to read, for the time the setting says.

    named: hospital number or nickname, whole. Raises TransitionDeniedError for who may not,
    ValueRefusedError when there is no such patient, no need or no reason. Who is in charge and
    the data protection officer are told at once.
    """
    if not actor.may(Permission.PATIENT_BREAK_GLASS, institution):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    if institution.visibility == "centre":
        raise ValueRefusedError(_("Every clinician of this centre sees its patients already."))
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise ValueRefusedError(_("Please say why, in a sentence or two."), "reason")
    patient = patient_named(institution, named, actor)
    if patient is None:
        announce(actor.registry, Refused(institution, actor, "emergency_access.nobody"))
        said = _("No patient of this centre has this hospital number or nickname.")
        raise ValueRefusedError(said, "named")
    if actor.may(Permission.PATIENT_VIEW, patient):
        raise ValueRefusedError(_("You can open this patient already."), "named")
    if not care_consent_valid(patient, actor.now):
        raise ValueRefusedError(_("There is no valid consent for care."), "named")
    return _open(patient, reason, actor)


def _open(patient: Patient, reason: str, actor: Actor) -> EmergencyAccess:
    minutes = setting(actor.registry, "cpms.patients.break_glass_minutes")
    access = EmergencyAccess(actor.oid, actor.now, actor.now + timedelta(minutes=minutes))
    if "emergencies" not in patient:
        patient.add("emergencies", EmergencyAccesses("Break-glass", actor.now))
    patient["emergencies"].add(random_id(12), access)
    field = reason_field(access)
    access.reason = seal_json(actor.registry, patient.key_id, field, reason.strip())
    grant(actor.person, Role.EMERGENCY, patient, since=actor.now, until=access.until)
    begin(access, actor)
    announce(actor.registry, Changed(access, actor, "emergency_access.open"))
    for oid in _in_charge(patient):
        notify(resource_of(patient, oid), "emergency_access.opened", access, actor)
    _tell_officers(access, patient, actor)
    return access


def _in_charge(patient: Patient) -> list[int]:
    return list(dict.fromkeys(patient.role_nodes(Role.OWNER) or ()))


def _tell_officers(access: EmergencyAccess, patient: Patient, actor: Actor) -> None:
    """Tell the data protection officers; the coordinators where the centre has named none."""
    centre, network = patient.__parent__.__parent__, network_of(patient)
    officers, text = active_people(centre, [Role.DPO], actor), "emergency_access.to_review"
    if not officers and network is not None:
        officers, text = coordinators_of(network, actor), "emergency_access.nobody_reviews"
    for oid in officers:
        place = access if text == "emergency_access.to_review" else centre
        notify(resource_of(patient, oid), text, place, actor)


def end_emergency_access(access: EmergencyAccess, actor: Actor) -> None:
    """End the reading before its time, at once."""
    if not actor.may(Permission.EMERGENCY_ACCESS_END, access):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    cut_short(access, actor)


def cut_short(access: EmergencyAccess, actor: Actor) -> None:
    """Take the right to read away, if it still counts."""
    if not access.counts(actor.now):
        return
    access.ended = actor.now
    patient: Any = access.__parent__.__parent__
    person = resource_of(access, access.person)
    if person is not None:
        revoke(person, Role.EMERGENCY, patient)
    announce(actor.registry, Changed(access, actor, "emergency_access.end"))


def review(access: EmergencyAccess, actor: Actor, *, justified: bool, reason: str = "") -> None:
    """Say whether a break-glass was justified; the clinician is told, a no ends it at once."""
    transition(access, "justify" if justified else "object", actor, reason=reason)
    notify(resource_of(access, access.person), "emergency_access.reviewed", access, actor)
