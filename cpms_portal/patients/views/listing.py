"""The patients of a centre."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from deform import ValidationFailure
from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.form import Form
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.queries import headline_of, patients_of
from cpms_portal.patients.resources import Patient, Patients
from cpms_portal.patients.schemas.codings import FindByTermSchema, token_of
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

    A diagnosis to find by is posted: an address must hold nothing clinical.
    """
    finder = _finder(request)
    chosen = {
        "state": request.params.get("state", ""),
        "sort": _among(request.params.get("sort", ""), SORTS),
        "code": _code_posted(finder, request),
    }
    where = {name: chosen[name] for name in ("state", "code") if chosen[name]}
    start = request.params.get("start", "0")
    found = patients_of(
        centre,
        request.actor,
        where=where,
        sort=chosen["sort"],
        start=int(start) if start.isdecimal() and len(start) < 9 else 0,
    )
    return {
        "title": _("Patients"),
        "found": found,
        "lines": [_line(patient, request) for patient in found.items],
        "states": _states(request),
        "sorts": SORTS,
        "chosen": chosen,
        "address": lambda begin: _address(request, {**chosen, "start": begin}),
        "finder": finder.widget.serialize(finder, finder.cstruct),
        "may_enrol": request.has_permission(Permission.PATIENT_ENROL, centre),
        "filtered": bool(where),
        "nothing": NO_MATCH if where else NOBODY_YET,
    }


def _among(chosen: str, known: dict[str, Any]) -> str:
    return chosen if chosen in known else next(iter(known))


def _states(request: Request) -> dict[str, str]:
    states = workflows(request.registry)["Patient"].states
    return {name: one.title for name, one in states.items() if name not in HIDDEN_STATES}


def _finder(request: Request) -> Form:
    schema = FindByTermSchema().bind(actor=request.actor)
    about = {"formid": "by-term", "submit_label": _("Find"), "tone": "quiet"}
    return Form(schema, request, action=request.path, **about)


def _code_posted(finder: Form, request: Request) -> str:
    """Return the code to find by, as listings keep it; what has no code finds nobody."""
    if request.method != "POST":
        return ""
    if request.POST.get("code"):
        return str(request.POST["code"])
    try:
        return token_of(finder.take(request.POST.items())["term"]) or "none"
    except ValidationFailure:
        return ""


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


@view_config(context=Patients, permission=Permission.PATIENT_LIST, audited=False)
def patients_container(patients: Patients, request: Request) -> Any:
    """Be the tab of the centre; whoever may not list is told the same before it is there."""
    return as_tab_above(patients, request)
