"""What the patient workflow does."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.patients.actions import erase
from cpms_portal.patients.actions.emergency import cut_short
from cpms_portal.patients.resources import EmergencyAccess, Patient
from cpms_portal.workflow.interfaces import Transitioned
from cpms_portal.workflow.registration import effect


@effect("destroy_patient_key")
def destroy_patient_key(patient: Patient, actor: Actor, step: Transitioned) -> None:
    """Erase the patient for good when the step is kept."""
    erase(patient, actor)


@effect("end_emergency_access")
def end_emergency_access(access: EmergencyAccess, actor: Actor, step: Transitioned) -> None:
    """Nobody reads on what was not justified."""
    cut_short(access, actor)
