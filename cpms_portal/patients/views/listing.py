"""The patients of a centre."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.queries import headline_of, patients_of
from cpms_portal.patients.resources import Patient, Patients
from cpms_portal.patients.views.overview import Nothing, facts_of
from cpms_portal.patients.views.passages import as_tab_above
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import workflows

SORTS = {"changed": _("Last change"), "title": _("Nickname")}
HIDDEN_STATES = {"removed"}
NOBODY_YET = Nothing(_("No patients yet"), _("Enrol a patient to ask the network a question."))
NO_MATCH = Nothing(_("No patients here"), _("Other filters may show some."))


@view_config(
    context=Institution,
    name="patients",
    path_info=r".*/patients/?$",
    permission=Permission.PATIENT_LIST,
    renderer="cpms_portal.patients:templates/patients.pt",
    audited=True,
)
def patients_page(centre: Institution, request: Request) -> dict[str, Any]:
    """List the patients of a centre that the reader may see, a batch at a time.

    A diagnosis to filter by is posted: an address must hold nothing clinical.
    """
    workflow = workflows(request.registry)["Patient"]
    states = {name: state.title for name, state in workflow.states.items()}
    chosen = {
        "state": request.params.get("state", ""),
        "sort": request.params.get("sort", "changed"),
        "code": request.POST.get("code", "") if request.method == "POST" else "",
    }
    where = {name: chosen[name] for name in ("state", "code") if chosen[name]}
    sort = chosen["sort"] if chosen["sort"] in SORTS else "changed"
    start = request.params.get("start", "0")
    found = patients_of(
        centre,
        request.actor,
        where=where,
        sort=sort,
        start=int(start) if start.isdigit() and len(start) < 9 else 0,
    )
    return {
        "title": _("Patients"),
        "found": found,
        "lines": [_line(patient, request) for patient in found.items],
        "states": {name: title for name, title in states.items() if name not in HIDDEN_STATES},
        "sorts": SORTS,
        "chosen": chosen,
        "address": lambda begin: _address(request, {**chosen, "start": begin}),
        "may_enrol": request.has_permission(Permission.PATIENT_ENROL, centre),
        "filtered": bool(where),
        "nothing": NO_MATCH if where else NOBODY_YET,
    }


def _line(patient: Patient, request: Request) -> dict[str, Any]:
    return {
        **facts_of(patient, request),
        "url": request.resource_path(patient),
        "diagnosis": headline_of(patient, request.actor)["diagnosis"],
        "open_panels": patient.open_panels,
        "changed": patient.changed,
    }


def _address(request: Request, chosen: dict[str, Any]) -> str:
    query = {name: value for name, value in chosen.items() if value and name != "code"}
    return f"{request.path}?{urlencode(query)}" if query else request.path


@view_config(context=Patients, permission=Permission.INSTITUTION_VIEW, audited=False)
def patients_container(patients: Patients, request: Request) -> Any:
    """Be the tab of the centre; its view asks for the permission to list."""
    return as_tab_above(patients, request)
