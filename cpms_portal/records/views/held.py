"""Documents that wait: decide on one. And the report of a document: what was taken out of it."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.imaging.deidentification.reasons import TEXTS
from cpms_portal.imaging.views.reports import change_lines
from cpms_portal.records.actions import destroy_document, release_document
from cpms_portal.records.queries import about_document
from cpms_portal.records.resources import Document, HeldDocument, HeldDocuments
from cpms_portal.records.schemas.documents import DecideDocumentSchema
from cpms_portal.security.permissions import Permission


def _documents_url(document: Document, request: Request) -> str:
    return str(request.resource_path(document.__parent__.__parent__, "documents"))


@view_config(context=HeldDocuments, permission=Permission.DOCUMENT_ADD)
def held_documents(held: HeldDocuments, request: Request) -> Response:
    """Lead to the documents of the patient, where what waits is listed."""
    return HTTPSeeOther(request.resource_path(held.__parent__, "documents"))


@view_config(context=HeldDocument, permission=Permission.DOCUMENT_ADD)
@view_config(context=HeldDocument, name="preview", permission=Permission.DOCUMENT_ADD)
@view_config(context=HeldDocument, name="remove", permission=Permission.DOCUMENT_ADD)
def held_document(held: HeldDocument, request: Request) -> Response:
    """Open nothing of what waits: there is only a decision to take."""
    return HTTPSeeOther(request.resource_path(held, "decide"))


@view_config(context=HeldDocument, name="decide", permission=Permission.DOCUMENT_ADD)
class DecideDocument(FormView):
    """Keep a document that waits, or destroy it."""

    schema = DecideDocumentSchema
    title = _("A document waits")
    submit_label = _("Decide")

    def extra(self) -> dict[str, Any]:
        """Say which one and why."""
        if self.context.until <= self.request.actor.now:
            raise HTTPNotFound()
        about = about_document(self.context, self.request.registry)
        why = self.request.localizer.translate(TEXTS.get(about["report"]["code"], ""))
        return {"intro": f"{about['name']}: {why}"}

    def cancel_url(self) -> str:
        """Go back to the documents."""
        return _documents_url(self.context, self.request)

    def save(self, values: dict[str, Any]) -> Response:
        """Do what was decided."""
        back = self.cancel_url()
        if values["decision"] == "destroy":
            destroy_document(self.context, self.request.actor)
            self.request.tell(_("The document was destroyed."))
        else:
            release_document(self.context, self.request.actor)
            self.request.tell(_("The document is kept."))
        return HTTPSeeOther(back)


@view_config(
    context=Document,
    name="report",
    permission=Permission.DOCUMENT_VIEW,
    renderer="cpms_portal.records:templates/document_report.pt",
)
def document_report(document: Document, request: Request) -> dict[str, Any]:
    """Show what was taken out of a document."""
    report = about_document(document, request.registry).get("report")
    return {
        "title": _("What was taken out"),
        "report": report,
        "changed": change_lines(report["changes"]) if report else [],
        "why": TEXTS.get(report["code"], "") if report else "",
        "json_url": request.resource_path(document, "report.json"),
        "back": _documents_url(document, request),
    }


@view_config(
    context=Document, name="report.json", permission=Permission.DOCUMENT_VIEW, renderer="json"
)
def document_report_json(document: Document, request: Request) -> dict[str, Any]:
    """Return the same for machines."""
    return {"report": about_document(document, request.registry).get("report")}
