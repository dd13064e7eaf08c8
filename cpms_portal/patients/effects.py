"""What the patient workflow does."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.patients.actions import erase
from cpms_portal.patients.resources import Patient
from cpms_portal.workflow.interfaces import Transitioned
from cpms_portal.workflow.registration import effect


@effect("destroy_patient_key")
def destroy_patient_key(patient: Patient, actor: Actor, step: Transitioned) -> None:
    """Erase the patient for good when the step is kept."""
    erase(patient, actor)
