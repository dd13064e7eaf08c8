"""The outcome: read, write, sign, download."""

from __future__ import annotations

from typing import Any

from colander import Schema
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.requests import whole_number
from cpms_portal.forms.views import FormView
from cpms_portal.panels.actions.document import keep_document
from cpms_portal.panels.actions.outcome import object_to, sign, write_outcome
from cpms_portal.panels.actions.steering import keep_draft
from cpms_portal.panels.interfaces import NEEDED, SECTIONS
from cpms_portal.panels.queries import page
from cpms_portal.panels.queries.document import panel_id, sections_of, signatures_of
from cpms_portal.panels.queries.progress import final_outcome, outcome_of
from cpms_portal.panels.resources import Panel
from cpms_portal.panels.schemas import outcome_schema
from cpms_portal.panels.views.panel import head_of
from cpms_portal.security.permissions import Permission


@view_config(
    context=Panel,
    name="outcome",
    permission=Permission.OUTCOME_VIEW,
    renderer="cpms_portal.panels:templates/outcome.pt",
)
def outcome_page(panel: Panel, request: Request, problem: str = "") -> dict[str, Any]:
    """Show the outcome and who signed it."""
    actor, outcome = request.actor, outcome_of(panel)
    sections = sections_of(outcome, actor)
    there = {section.name for section in sections}
    mine = None if outcome is None else outcome.signatures.get(str(actor.oid))
    may = request.has_permission
    return {
        **head_of(panel, request),
        "title": _("Outcome"),
        "outcome": outcome,
        "sections": sections,
        "lacking": [SECTIONS[name] for name in NEEDED if name not in there],
        "signatures": signatures_of(panel, outcome, actor),
        "mine": mine,
        "may_edit": may(Permission.OUTCOME_EDIT, panel),
        "may_sign": may(Permission.OUTCOME_SIGN, panel),
        "may_download": may(Permission.OUTCOME_DOWNLOAD, panel),
        "final": final_outcome(panel),
        "problem": problem,
    }


@view_config(context=Panel, name="edit-outcome", permission=Permission.OUTCOME_EDIT)
class EditOutcome(FormView):
    """Write the outcome."""

    title = _("Write the outcome")
    intro = _("It is kept as a draft while you type. Members sign it when you ask them to.")
    autosave = "keep-outcome"

    def schema(self) -> Schema:
        """Ask for every section."""
        return outcome_schema()

    def cancel_url(self) -> str | None:
        """Lead back to the outcome."""
        return self.request.resource_path(self.context, "outcome")

    def appstruct(self) -> dict[str, Any]:
        """Return the outcome as it is, or the draft when that is newer."""
        outcome = outcome_of(self.context)
        revision = 0 if outcome is None else outcome.revision
        kept = {} if outcome is None else outcome.read(self.request.registry, "sections") or {}
        draft = page.draft_of(self.context, "outcome", self.request.actor)
        if draft and draft.get("revision") == revision:
            kept = {**kept, **draft["sections"]}
        return {**{name: value for name, value in kept.items() if value}, "revision": revision}

    def save(self, values: dict[str, Any]) -> Response:
        """Write it."""
        revision = values.pop("revision")
        write_outcome(self.context, values, self.request.actor, revision=revision)
        self.request.tell(_("The outcome is saved."))
        return HTTPSeeOther(self.request.resource_path(self.context, "outcome"))


@view_config(
    context=Panel,
    name="keep-outcome",
    permission=Permission.OUTCOME_EDIT,
    request_method="POST",
    renderer="json",
)
def keep_outcome(panel: Panel, request: Request) -> dict[str, Any]:
    """Keep what is being typed."""
    sections = {name: request.POST[name][:20_000] for name in SECTIONS if name in request.POST}
    revision = whole_number(request.POST.get("revision", ""))
    draft = {"revision": revision, "sections": sections}
    keep_draft(panel, "outcome", draft, request.actor)
    return {"kept": True}


@view_config(context=Panel, name="sign", permission=Permission.OUTCOME_SIGN, request_method="POST")
def sign_outcome(panel: Panel, request: Request) -> Response:
    """Sign the outcome."""
    sign(panel, request.actor)
    request.tell(_("You signed the outcome."))
    return HTTPSeeOther(request.resource_path(panel, "outcome"))


@view_config(
    context=Panel,
    name="object",
    permission=Permission.OUTCOME_SIGN,
    request_method="POST",
    renderer="cpms_portal.panels:templates/outcome.pt",
)
def object_to_outcome(panel: Panel, request: Request) -> Any:
    """Object to the outcome."""
    try:
        object_to(panel, request.POST.get("reason", ""), request.actor)
    except ValueRefusedError as error:
        request.response.status_int = error.status
        return outcome_page(panel, request, request.localizer.translate(error.message))
    request.tell(_("Your objection is kept and will be printed with the outcome."))
    return HTTPSeeOther(request.resource_path(panel, "outcome"))


@view_config(
    context=Panel, name="download", permission=Permission.OUTCOME_DOWNLOAD, fresh_proof=True
)
def download(panel: Panel, request: Request) -> Response:
    """Send the document of the newest final outcome, under a neutral name."""
    outcome = final_outcome(panel)
    if outcome is None:
        raise HTTPNotFound()
    document = keep_document(panel, outcome, request.actor)
    response = Response(content_type="application/pdf")
    response.app_iter = document.read(request.registry)
    response.content_length = document.size
    response.content_disposition = f'attachment; filename="outcome-{panel_id(panel)}.pdf"'
    return response
