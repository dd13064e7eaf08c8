"""Open a panel for a patient, change its question, list the panels of a patient."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.panels.actions.steering import ask_assistance, edit_panel, open_panel, submit
from cpms_portal.panels.queries.listing import panels_of
from cpms_portal.panels.resources import Panel
from cpms_portal.panels.schemas import OpenPanelSchema, QuestionSchema
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission


@view_config(context=Patient, name="open-panel", permission=Permission.PANEL_OPEN)
class OpenPanel(FormView):
    """Ask the network about a patient."""

    schema = OpenPanelSchema
    title = _("Open a panel")
    intro = _(
        "Your centre's patient is shown to the panel under the nickname, with sex and age. "
        "Name, date and place of birth stay in your centre."
    )
    submit_label = _("Open the panel")

    def save(self, values: dict[str, Any]) -> Response:
        """Open it, send it the way that was chosen, and go there."""
        actor = self.request.actor
        panel = open_panel(self.context, values, actor)
        if values["way"] == "lead":
            submit(panel, actor)
            self.request.tell(_("The panel is open. Invite the experts next."))
            return HTTPSeeOther(self.request.resource_path(panel, "invite"))
        if values["way"] == "assistance":
            ask_assistance(panel, actor)
            self.request.tell(_("The coordinator was asked and will name a lead."))
        else:
            self.request.tell(_("The draft is kept."))
        return HTTPSeeOther(self.request.resource_path(panel))


@view_config(context=Panel, name="edit", permission=Permission.PANEL_EDIT)
class EditPanel(FormView):
    """Change the question."""

    schema = QuestionSchema
    title = _("Change the question")

    def appstruct(self) -> dict[str, Any]:
        """Return what is asked now."""
        panel = self.context
        question = panel.read(self.request.registry, "question")
        return {"question": question, "area": panel.area, "urgent": panel.urgent}

    def save(self, values: dict[str, Any]) -> Response:
        """Change it."""
        edit_panel(self.context, values, self.request.actor)
        self.request.tell(_("The question was changed."))
        return HTTPSeeOther(self.request.resource_path(self.context))


@view_config(
    context=Patient,
    name="patient-panels",
    permission=Permission.PATIENT_VIEW,
    renderer="cpms_portal.panels:templates/_patient_panels.pt",
)
def patient_panels(patient: Patient, request: Request) -> dict[str, Any]:
    """Show the panels of a patient as a piece of the patient's page."""
    return {
        "panels": panels_of(patient, request.actor),
        "may_open": request.has_permission(Permission.PANEL_OPEN, patient),
    }
