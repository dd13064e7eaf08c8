"""The record to read: one calm page of what is there."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.patients.resources import Patient
from cpms_portal.patients.views.overview import Nothing, facts_of
from cpms_portal.patients.views.passages import as_tab_above
from cpms_portal.records.queries import (
    blocks_of,
    completeness,
    empty_sections_of,
    record_of,
    section_of,
    summary_of,
)
from cpms_portal.records.resources import Record
from cpms_portal.records.schemas.sections import STATUSES
from cpms_portal.security.permissions import Permission

EMPTY = Nothing(_("Nothing is written yet"), _("Begin with the question. The rest can follow."))


@view_config(
    context=Patient,
    name="record",
    path_info=r".*/record/?$",
    permission=Permission.RECORD_VIEW,
    renderer="cpms_portal.records:templates/record.pt",
)
def record_page(patient: Patient, request: Request) -> dict[str, Any]:
    """Show every filled section, and which are empty."""
    actor = request.actor
    return {
        **facts_of(patient, request),
        "title": _("Record"),
        "nothing": EMPTY,
        "sections": [(section, blocks_of(section)) for section in record_of(patient, actor)],
        "empty": empty_sections_of(patient),
        "completeness": completeness(patient, actor),
        "may_edit": request.has_permission(Permission.RECORD_EDIT, patient),
    }


@view_config(context=Record, permission=Permission.RECORD_VIEW)
def record_node(record: Record, request: Request) -> Any:
    """Be the tab of the patient."""
    return as_tab_above(record, request)


@view_config(
    context=Patient,
    name="record-summary",
    permission=Permission.RECORD_VIEW,
    renderer="cpms_portal.records:templates/_summary.pt",
)
def record_summary(patient: Patient, request: Request) -> dict[str, Any]:
    """Show the case in short, for the overview."""
    summary = summary_of(patient, request.actor)
    return {
        "summary": summary,
        "status": STATUSES.get(summary["status"], ""),
        "completeness": completeness(patient, request.actor),
        "laboratory": section_of(patient, "laboratory", request.actor),
        "may_edit": request.has_permission(Permission.RECORD_EDIT, patient),
    }
