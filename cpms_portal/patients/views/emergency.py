"""Break-glass: ask for it, see that it counts, end it, review it."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.requests import whole_number
from cpms_portal.core.resources import resource_of
from cpms_portal.core.settings import setting
from cpms_portal.forms.views import FormView
from cpms_portal.networks.queries import institution_of
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.actions.emergency import break_glass, end_emergency_access, review
from cpms_portal.patients.queries.emergency import emergency_accesses, reading_until, reason_of
from cpms_portal.patients.resources import EmergencyAccess, Patient
from cpms_portal.patients.schemas.charge import BreakGlassSchema
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import state_of


@view_config(
    context=Institution,
    name="break-glass",
    permission=Permission.PATIENT_BREAK_GLASS,
    renderer="cpms_portal.patients:templates/break_glass.pt",
    fresh_proof=True,
)
class BreakGlass(FormView):
    """Open a patient one does not have in charge."""

    schema = BreakGlassSchema
    title = _("Break-glass")
    submit_label = _("Open the record")
    tone = "danger"

    def extra(self) -> dict[str, Any]:
        """Say for how long, and whether the centre needs it at all."""
        minutes = setting(self.request.registry, "cpms.patients.break_glass_minutes")
        return {"minutes": minutes, "needed": self.context.visibility != "centre"}

    def save(self, values: dict[str, Any]) -> Response:
        """Open it, and go there."""
        actor = self.request.actor
        access = break_glass(self.context, values["named"], values["reason"], actor)
        self.request.tell(_("The record is open to read."), "attention")
        patient: Any = access.__parent__.__parent__
        return HTTPSeeOther(self.request.resource_path(patient))


@view_config(
    context=Patient,
    name="emergency-notice",
    permission=Permission.PATIENT_VIEW,
    renderer="cpms_portal.patients:templates/_emergency_notice.pt",
)
def emergency_notice(patient: Patient, request: Request) -> dict[str, Any]:
    """Remind a reader that the record is open by break-glass, and until when."""
    return {"until": reading_until(patient, request.person, request.actor.now)}


def _line(access: EmergencyAccess, request: Request) -> dict[str, Any]:
    person = resource_of(access, access.person)
    patient: Any = access.__parent__.__parent__
    return {
        "access": access,
        "url": request.resource_path(access),
        "who": "" if person is None else person.title,
        "patient": patient.__name__,
        "state": state_of(access, request.registry),
        "running": access.counts(request.actor.now),
    }


@view_config(
    context=EmergencyAccess,
    permission=Permission.EMERGENCY_ACCESS_VIEW,
    renderer="cpms_portal.patients:templates/emergency_access.pt",
    request_method="GET",
)
def emergency_access_page(access: EmergencyAccess, request: Request) -> dict[str, Any]:
    """Show who opened the record, when and why; nothing of the record."""
    return _shown(access, request)


def _shown(access: EmergencyAccess, request: Request, problem: Any = "") -> dict[str, Any]:
    centre, may = institution_of(access), request.has_permission
    return {
        **_line(access, request),
        "title": _("Break-glass"),
        "reason": reason_of(access, request.actor),
        "centre": centre,
        "may_end": may(Permission.EMERGENCY_ACCESS_END, access),
        "may_review": may(Permission.EMERGENCY_ACCESS_REVIEW, access),
        "verdict": access.history[-1] if len(access.history) > 1 else None,
        "problem": problem,
    }


@view_config(
    context=EmergencyAccess,
    name="end",
    permission=Permission.EMERGENCY_ACCESS_END,
    request_method="POST",
)
def end(access: EmergencyAccess, request: Request) -> Response:
    """End the reading now."""
    end_emergency_access(access, request.actor)
    request.tell(_("Ended. The record is closed to this clinician again."))
    return HTTPSeeOther(request.resource_path(access))


@view_config(
    context=EmergencyAccess,
    name="review",
    permission=Permission.EMERGENCY_ACCESS_REVIEW,
    renderer="cpms_portal.patients:templates/emergency_access.pt",
    request_method="POST",
)
def take_review(access: EmergencyAccess, request: Request) -> Any:
    """Keep whether it was justified."""
    justified = request.POST.get("verdict") == "justify"
    reason = request.POST.get("reason", "")[:1000]
    try:
        review(access, request.actor, justified=justified, reason=reason)
    except ValueRefusedError as error:
        request.tm.doom()
        request.response.status_int = error.status
        return _shown(access, request, error.message)
    request.tell(_("Your review is kept."))
    return HTTPSeeOther(request.resource_path(institution_of(access), "emergencies"))


@view_config(
    context=Institution,
    name="emergencies",
    permission=Permission.EMERGENCY_ACCESS_REVIEW,
    renderer="cpms_portal.patients:templates/emergencies.pt",
    audited=False,  # nothing of any patient is shown
)
def emergencies_page(centre: Institution, request: Request) -> dict[str, Any]:
    """List what was opened by break-glass at a centre, newest first."""
    start = whole_number(request.GET.get("start", ""))
    found = emergency_accesses(centre, request.actor, start=start)
    path = request.resource_path(centre, "emergencies")
    return {
        "title": _("Break-glass"),
        "found": found,
        "lines": [_line(one, request) for one in found],
        "address": lambda begin: f"{path}?start={begin}",
    }


def includeme(config: Configurator) -> None:
    """Offer the list of the data protection officer, and the reminder on the patient's page."""
    config.add_tab(
        Institution,
        "emergencies",
        _("Break-glass"),
        order=95,
        permission=Permission.EMERGENCY_ACCESS_REVIEW,
    )
    config.add_section(Patient, "emergency-notice", order=1, permission=Permission.PATIENT_VIEW)
