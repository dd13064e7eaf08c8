"""The pages of patients: a centre's list, enrolment, overview, identity, consents, removal."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission


def includeme(config: Configurator) -> None:
    """Register the pages and their tabs."""
    config.scan(".")
    config.include(".emergency")
    config.include(".charge")
    config.add_tab(
        Institution,
        "patients",
        _("Patients"),
        order=20,
        permission=Permission.PATIENT_LIST,
        covers=("enrol",),
    )
    config.add_tab(
        Patient,
        "",
        _("Overview"),
        order=10,
        permission=Permission.PATIENT_VIEW,
        covers=("identity", "edit", "remove", "team"),
    )
    config.add_tab(
        Patient,
        "consents",
        _("Consents"),
        order=80,
        permission=Permission.CONSENT_VIEW,
        covers=("record-consent", "withdraw-consent"),
    )
