"""The first page of a patient, and the page that shows the identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.patients.actions import remove_patient
from cpms_portal.patients.queries import identity_of
from cpms_portal.patients.resources import CONSENTS, Patient
from cpms_portal.patients.schemas.enrolment import (
    CONSENT_TITLES,
    SEX_TITLES,
    IdentitySchema,
    RemovePatientSchema,
)
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import state_of


@dataclass(frozen=True)
class Nothing:
    """What a page says when it has nothing to show: what is so, and what to do."""

    heading: Any
    text: Any


def facts_of(patient: Patient, request: Request) -> dict[str, Any]:
    """Return what every page of a patient shows at its head: never the identity."""
    return {
        "nickname": patient.nickname,
        "age": age_text(patient, request),
        "years": patient.age(request.actor.now),
        "sex": SEX_TITLES[patient.sex],
        "state": state_of(patient, request.registry),
    }


def age_text(patient: Patient, request: Request) -> Any:
    """Return the age in words."""
    years = patient.age(request.actor.now)
    if years == 0:
        return _("under 1 year")
    return _("1 year") if years == 1 else _("${years} years", mapping={"years": years})


@view_config(
    context=Patient,
    permission=Permission.PATIENT_VIEW,
    renderer="cpms_portal.patients:templates/patient.pt",
)
def patient_page(patient: Patient, request: Request) -> dict[str, Any]:
    """Show who it is, without identity, and what higher packages offer."""
    may = request.has_permission
    return {
        **facts_of(patient, request),
        "consents": [(CONSENT_TITLES[kind], patient.consent(kind)) for kind in CONSENTS]
        if may(Permission.CONSENT_VIEW, patient)
        else [],
        "may_see_identity": may(Permission.PATIENT_IDENTITY_VIEW, patient),
        "may_edit": may(Permission.PATIENT_EDIT, patient),
        "may_remove": may(Permission.PATIENT_REMOVE, patient),
    }


@view_config(
    context=Patient,
    name="identity",
    permission=Permission.PATIENT_IDENTITY_VIEW,
    renderer="cpms_portal.patients:templates/identity.pt",
    fresh_proof=True,
    audited=False,  # identity_of says itself that the identity was read
)
def identity_page(patient: Patient, request: Request) -> dict[str, Any]:
    """Show the identity to the own centre."""
    identity = identity_of(patient, request.actor)
    rows = [(node.title, identity.get(node.name)) for node in IdentitySchema()]
    return {**facts_of(patient, request), "title": _("Identity"), "rows": rows}


@view_config(
    context=Patient,
    name="remove",
    permission=Permission.PATIENT_REMOVE,
    fresh_proof=True,
)
class RemovePatient(FormView):
    """Remove a patient for good."""

    schema = RemovePatientSchema
    title = _("Remove patient")
    intro = _(
        "This destroys the key of the patient. Identity, record, documents and images can never be"
        " read again, by anybody. Panels keep their place in the figures, without their text."
    )
    submit_label = _("Remove for good")
    tone = "danger"

    def save(self, values: dict[str, Any]) -> Response:
        """Remove, and go to the list of the centre."""
        centre = self.context.__parent__.__parent__
        remove_patient(self.context, values["reason"], self.request.actor)
        self.request.tell(_("The patient was removed."))
        return HTTPSeeOther(self.request.resource_path(centre, "patients"))
