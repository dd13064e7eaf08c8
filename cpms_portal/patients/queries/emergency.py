"""Questions about break-glass."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.queries import patient_with_number
from cpms_portal.patients.resources import EmergencyAccess, Patient
from cpms_portal.search.queries import Found, find
from cpms_portal.security.grants import grants_of
from cpms_portal.security.roles import Role
from cpms_portal.storage.keys import KeyDestroyedError
from cpms_portal.storage.sealing import open_json


def reason_field(access: EmergencyAccess) -> str:
    """Return what the reason is sealed as."""
    return f"emergency/{oid_of(access)}"


def reason_of(access: EmergencyAccess, actor: Actor) -> str:
    """Return why it was opened; empty once the patient is erased."""
    patient: Any = access.__parent__.__parent__
    try:
        opened = open_json(actor.registry, patient.key_id, reason_field(access), access.reason)
    except KeyDestroyedError:
        return ""
    return str(opened or "")


def patient_named(institution: Institution, named: str, actor: Actor) -> Patient | None:
    """Return the patient of a centre with exactly this hospital number or nickname, or None."""
    sought = named.strip()
    if not sought or "patients" not in institution:
        return None
    oid = institution["patients"].nicknames.get(sought.lower())
    if oid is not None:
        found = resource_of(institution, oid)
        return found if isinstance(found, Patient) else None
    return patient_with_number(institution, sought, actor.registry)


def reading_until(patient: Patient, person: Any, now: datetime) -> datetime | None:
    """Return until when somebody reads a patient by break-glass, or None."""
    if person is None:
        return None
    oid = oid_of(patient)
    held = (one for one in grants_of(person, now) if one.same_as(Role.EMERGENCY.value, oid, 0))
    return next((one.until for one in held), None)


def emergency_accesses(institution: Institution, actor: Actor, *, start: int = 0) -> Found:
    """Return a batch of what was opened at a centre, newest first."""
    return find(
        actor,
        "emergency_access",
        within=institution,
        sort="created",
        descending=True,
        start=start,
    )
