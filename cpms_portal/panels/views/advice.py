"""Contributions and requests for information."""

from __future__ import annotations

from typing import Any

from colander import Schema
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.panels.actions.advice import (
    answer_information,
    contribute,
    edit_contribution,
    request_information,
    withdraw_request,
)
from cpms_portal.panels.actions.steering import keep_draft
from cpms_portal.panels.queries import page
from cpms_portal.panels.queries.document import paragraphs
from cpms_portal.panels.resources import (
    Contribution,
    Contributions,
    InformationRequest,
    Panel,
)
from cpms_portal.panels.schemas import text_schema
from cpms_portal.panels.views.panel import head_of
from cpms_portal.security.permissions import Permission


class PanelForm(FormView):
    """A form below a panel that leads back to the contributions."""

    def back(self) -> Response:
        """Go to the contributions of the panel."""
        panel = self.context if isinstance(self.context, Panel) else self.context.panel
        return HTTPSeeOther(self.request.resource_path(panel, "advice"))

    def cancel_url(self) -> str | None:
        """Lead back to the contributions."""
        return str(self.back().location)


@view_config(
    context=Panel,
    name="advice",
    permission=Permission.CONTRIBUTION_VIEW,
    renderer="cpms_portal.panels:templates/contributions.pt",
    request_method="GET",
)
@view_config(
    context=Panel,
    name="advice",
    permission=Permission.CONTRIBUTION_ADD,
    renderer="cpms_portal.panels:templates/contributions.pt",
    request_method="POST",
)
class Advice(PanelForm):
    """Read what was advised and asked, and contribute."""

    title = _("Contributions")
    submit_label = _("Send my contribution")
    autosave = "keep-contribution"

    def schema(self) -> Schema:
        """Ask for one text."""
        hint = _("It is kept as a draft while you type; others see it when you send it.")
        return text_schema(_("Your contribution"), hint, rows=10)

    def cancel_url(self) -> str | None:
        """There is nothing to go back to."""
        return None

    def appstruct(self) -> dict[str, Any]:
        """Return the draft."""
        draft = page.draft_of(self.context, "contribution", self.request.actor)
        return {"text": draft} if draft else {}

    def extra(self) -> dict[str, Any]:
        """Return what was written so far."""
        panel, may = self.context, self.request.has_permission
        return {
            **head_of(panel, self.request),
            "entries": page.contributions(panel, self.request.actor),
            "paragraphs": paragraphs,
            "may_contribute": may(Permission.CONTRIBUTION_ADD, panel),
            "may_ask": may(Permission.INFORMATION_REQUEST_ADD, panel),
        }

    def save(self, values: dict[str, Any]) -> Response:
        """Send the contribution."""
        contribute(self.context, values["text"], self.request.actor)
        self.request.tell(_("Thank you. Your contribution is in the panel."))
        return self.back()


@view_config(context=Contributions, permission=Permission.CONTRIBUTION_VIEW, audited=False)
def to_advice(contributions: Contributions, request: Request) -> Response:
    """Lead from the container to the page that shows what is in it."""
    return HTTPSeeOther(request.resource_path(contributions.__parent__, "advice"))


@view_config(
    context=Panel,
    name="keep-contribution",
    permission=Permission.CONTRIBUTION_ADD,
    request_method="POST",
    renderer="json",
)
def keep_contribution(panel: Panel, request: Request) -> dict[str, Any]:
    """Keep what is being typed."""
    keep_draft(panel, "contribution", request.POST.get("text", "")[:20_000], request.actor)
    return {"kept": True}


@view_config(context=Contribution, name="edit", permission=Permission.CONTRIBUTION_EDIT)
class EditContribution(PanelForm):
    """Change an own contribution."""

    title = _("Change my contribution")

    def schema(self) -> Schema:
        """Ask for one text."""
        return text_schema(_("Your contribution"), rows=12)

    def appstruct(self) -> dict[str, Any]:
        """Return the text as it is."""
        return {"text": self.context.read(self.request.registry, "text")}

    def save(self, values: dict[str, Any]) -> Response:
        """Change it."""
        edit_contribution(self.context, values["text"], self.request.actor)
        self.request.tell(_("Your contribution was changed."))
        return self.back()


@view_config(context=Panel, name="ask-information", permission=Permission.INFORMATION_REQUEST_ADD)
class AskInformation(PanelForm):
    """Ask the centre for something."""

    title = _("Ask for information")
    intro = _("The centre is told that the panel needs something, and answers here.")
    submit_label = _("Ask")

    def schema(self) -> Schema:
        """Ask for one text."""
        return text_schema(_("What does the panel need to know?"), rows=4)

    def save(self, values: dict[str, Any]) -> Response:
        """Ask."""
        request_information(self.context, values["text"], self.request.actor)
        self.request.tell(_("The centre was asked."))
        return self.back()


@view_config(
    context=InformationRequest, name="answer", permission=Permission.INFORMATION_REQUEST_ANSWER
)
class AnswerInformation(PanelForm):
    """Answer a request for information."""

    title = _("Answer the panel")
    submit_label = _("Send the answer")

    def schema(self) -> Schema:
        """Ask for one text."""
        question = str(self.context.read(self.request.registry, "text") or "")
        return text_schema(_("Answer"), question, rows=6)

    def save(self, values: dict[str, Any]) -> Response:
        """Answer."""
        answer_information(self.context, values["text"], self.request.actor)
        self.request.tell(_("The panel has your answer."))
        return self.back()


@view_config(
    context=InformationRequest,
    name="withdraw",
    permission=Permission.INFORMATION_REQUEST_WITHDRAW,
    request_method="POST",
)
def withdraw(asked: InformationRequest, request: Request) -> Response:
    """Take a question back."""
    withdraw_request(asked, request.actor)
    request.tell(_("The question was taken back."))
    return HTTPSeeOther(request.resource_path(asked.panel, "advice"))
