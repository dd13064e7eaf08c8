"""Who of a centre sees its patients, and the team of a patient."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.forms.views import FormView
from cpms_portal.networks.queries import active_people, institution_of
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.actions.visibility import change_team, change_visibility
from cpms_portal.patients.resources import Patient
from cpms_portal.patients.schemas.charge import POLICY_TITLES, VisibilitySchema, team_schema
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role


@view_config(
    context=Institution,
    name="visibility",
    permission=Permission.INSTITUTION_VISIBILITY,
    fresh_proof=True,
)
class Visibility(FormView):
    """Who of the centre sees its patients."""

    schema = VisibilitySchema
    title = _("Who sees the patients")
    intro = _(
        "It counts at once, for all patients of the centre. Panels see what they saw before. "
        "With a team or one clinician in charge, others of the centre open a record by "
        "break-glass alone."
    )

    def appstruct(self) -> dict[str, Any]:
        """Show what counts now."""
        return {"visibility": self.context.visibility}

    def save(self, values: dict[str, Any]) -> Response:
        """Change it."""
        change_visibility(self.context, values["visibility"], self.request.actor)
        self.request.tell(_("Saved."))
        return HTTPSeeOther(self.request.resource_path(self.context))


@view_config(
    context=Institution,
    name="visibility-notice",
    permission=Permission.INSTITUTION_VIEW,
    renderer="cpms_portal.patients:templates/_visibility_notice.pt",
)
def visibility_notice(centre: Institution, request: Request) -> dict[str, Any]:
    """Say on the page of a centre who sees its patients, to those it concerns."""
    breaks = request.has_permission(Permission.PATIENT_BREAK_GLASS, centre)
    return {
        "policy": POLICY_TITLES[centre.visibility],
        "may_change": request.has_permission(Permission.INSTITUTION_VISIBILITY, centre)
        and not centre.is_for_guests,
        "may_break": breaks and centre.visibility != "centre" and not centre.is_for_guests,
    }


@view_config(context=Patient, name="team", permission=Permission.PATIENT_TEAM, fresh_proof=True)
class Team(FormView):
    """The colleagues who have a patient in charge too."""

    title = _("Team")

    def _colleagues(self) -> dict[str, Any]:
        centre = institution_of(self.context)
        oids = [] if centre is None else active_people(centre, [Role.HP], self.request.actor)
        people = (resource_of(self.context, oid) for oid in oids if oid != self.context.owner)
        return {str(one.__name__): one for one in people if one is not None}

    def get_schema(self) -> Any:
        """Return the question, with the clinicians of the centre."""
        return team_schema([(key, one.title) for key, one in self._colleagues().items()])

    def appstruct(self) -> dict[str, Any]:
        """Show who is in the team now."""
        chosen = set(self.context.team)
        return {"team": {k for k, one in self._colleagues().items() if oid_of(one) in chosen}}

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the team."""
        people = self._colleagues()
        change_team(self.context, [people[key] for key in values["team"]], self.request.actor)
        self.request.tell(_("Saved. The team sees the patient from now on."))
        return HTTPSeeOther(self.request.resource_path(self.context))


@view_config(
    context=Patient,
    name="charge-notice",
    permission=Permission.PATIENT_TEAM,
    request_method="GET",
    renderer="cpms_portal.patients:templates/_charge_notice.pt",
)
def charge_notice(patient: Patient, request: Request) -> dict[str, Any]:
    """Say on the page of a patient who has it in charge, where the centre works in teams."""
    centre = institution_of(patient)
    people = [resource_of(patient, oid) for oid in (patient.owner, *patient.team) if oid]
    return {
        "teams": centre is not None and centre.visibility == "team",
        "people": [one.title for one in people if one is not None],
    }


def includeme(config: Configurator) -> None:
    """Show on the pages of a centre and of a patient who is in charge."""
    config.add_section(
        Institution, "visibility-notice", order=80, permission=Permission.INSTITUTION_VIEW
    )
    config.add_section(
        Patient, "charge-notice", order=30, permission=Permission.PATIENT_TEAM, place="aside"
    )
