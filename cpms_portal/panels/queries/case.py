"""The case of a panel: the record of the patient, to read."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.queries import patient_of


def case_of(panel: Panel, actor: Actor) -> Any:
    """Return what the record offers to readers, and the addresses of documents and studies."""
    patient = patient_of(panel)
    return patient
