"""Facts a workflow may ask for."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.patients import queries
from cpms_portal.workflow.registration import guard


@guard("care_consent_valid")
def care_consent_valid(resource: Any, actor: Actor) -> str | None:
    """Answer why not, for a patient or anything below one."""
    patient = queries.patient_of(resource)
    if patient is None or not queries.care_consent_valid(patient, actor.now):
        return _("There is no valid consent for care.")
    return None
