"""The pages of the record: reading it, editing a section, drafts, documents."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission


def includeme(config: Configurator) -> None:
    """Register the pages and their tabs."""
    config.scan(".")
    config.add_tab(
        Patient,
        "record",
        _("Record"),
        order=20,
        permission=Permission.RECORD_VIEW,
        covers=("edit-section",),
    )
    config.add_tab(
        Patient,
        "documents",
        _("Documents"),
        order=30,
        permission=Permission.DOCUMENT_VIEW,
        covers=("add-documents",),
    )
    config.add_section(Patient, "record-summary", order=20, permission=Permission.RECORD_VIEW)
