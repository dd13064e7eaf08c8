"""Enrol a patient, and change an enrolment."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.form import Form
from cpms_portal.forms.views import FormView
from cpms_portal.networks.queries import country_of
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.actions import edit_enrolment, enrol_patient, free_nickname
from cpms_portal.patients.queries import identity_of, opened_identity, possible_duplicates
from cpms_portal.patients.resources import Patient
from cpms_portal.patients.schemas.enrolment import (
    SEX_TITLES,
    EditEnrolmentSchema,
    EnrolmentSchema,
    values_of,
)
from cpms_portal.patients.views.versions import VersionedForm
from cpms_portal.security.permissions import Permission

OTHER_NICKNAME, ANOTHER_PERSON = "other-nickname", "another-person"
IDENTITY_FIELDS = (
    "given_name",
    "family_name",
    "birth_date",
    "place_of_birth",
    "hospital_number",
    "residence",
)


def with_other_nickname(form: Form, request: Request, centre: Institution) -> None:
    """Fill a form with what was typed and another proposal for the nickname."""
    answers = form.answers(request.POST.items())
    shown = answers.setdefault("shown", {})
    if isinstance(shown, dict):
        shown["nickname"] = free_nickname(centre)
    form.set_pstruct(answers)


@view_config(
    context=Institution,
    name="enrol",
    permission=Permission.PATIENT_ENROL,
    renderer="cpms_portal.patients:templates/enrol.pt",
)
class EnrolPatient(FormView):
    """Enrol a patient; somebody who may be enrolled already is shown first."""

    schema = EnrolmentSchema
    title = _("Enrol patient")
    submit_label = _("Enrol patient")
    duplicates: tuple[Patient, ...] = ()

    def __call__(self) -> Any:
        """Show the form, take it, or propose another nickname."""
        if OTHER_NICKNAME in self.request.POST:
            form = self.make_form()
            with_other_nickname(form, self.request, self.context)
            return self.page(form)
        return super().__call__()

    def appstruct(self) -> dict[str, Any]:
        """Propose a nickname and the centre's own country."""
        country = country_of(self.context)
        return {
            "identity": {"residence": "" if country is None else country.code},
            "shown": {"nickname": free_nickname(self.context)},
        }

    def extra(self) -> dict[str, Any]:
        """Return who may be the same person."""
        return {"duplicates": self.duplicates, "another": ANOTHER_PERSON, "formid": self.formid}

    def save(self, answers: dict[str, Any]) -> Any:
        """Enrol, unless the person seems to be enrolled already and nobody said otherwise."""
        values, actor = values_of(answers), self.request.actor
        if ANOTHER_PERSON not in self.request.POST:
            self.duplicates = tuple(possible_duplicates(self.context, values, actor))
        if self.duplicates:
            form = self.make_form()
            form.set_appstruct(answers)
            return self.page(form)
        patient = enrol_patient(self.context, values, actor)
        self.request.tell(_("The patient is enrolled."))
        return HTTPSeeOther(self.request.resource_path(patient))


@view_config(
    context=Patient,
    name="edit",
    permission=Permission.PATIENT_EDIT,
    renderer="cpms_portal.patients:templates/edit.pt",
    fresh_proof=True,  # it shows the identity
)
class EditEnrolment(VersionedForm):
    """Change identity, nickname and sex."""

    schema = EditEnrolmentSchema
    title = _("Edit enrolment")

    def __call__(self) -> Any:
        """Show the form, take it, or propose another nickname."""
        if OTHER_NICKNAME in self.request.POST:
            form = self.make_form()
            with_other_nickname(form, self.request, self.context.__parent__.__parent__)
            return self.page(form)
        return super().__call__()

    def appstruct(self) -> dict[str, Any]:
        """Return the enrolment as it is."""
        identity = identity_of(self.context, self.request.actor)
        return {
            "identity": {name: identity.get(name) or "" for name in IDENTITY_FIELDS},
            "shown": {"nickname": self.context.nickname, "sex": self.context.sex},
            "base_version": self.context.version,
        }

    def current_version(self) -> int:
        """Return the version of the enrolment."""
        return self.context.version

    def changed_by(self) -> tuple[str, Any]:
        """Return who edited the enrolment last, and when."""
        at, who = self.context.edited or (None, "")
        return who, at

    def theirs(self) -> list[tuple[Any, Any]]:
        """Return the enrolment as it stands now."""
        identity = opened_identity(self.context, self.request.registry)
        schema = self.get_schema()
        said = [(schema["identity"][name].title, identity.get(name)) for name in IDENTITY_FIELDS]
        said += [(_("Nickname"), self.context.nickname), (_("Sex"), SEX_TITLES[self.context.sex])]
        return said

    def save(self, answers: dict[str, Any]) -> Response:
        """Keep the change."""
        base = answers["base_version"]
        edit_enrolment(self.context, values_of(answers), self.request.actor, base_version=base)
        self.request.tell(_("The enrolment is saved."))
        return HTTPSeeOther(self.request.resource_path(self.context))
