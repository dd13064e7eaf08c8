"""The documents of a patient: list, add, look at, download, remove."""

from __future__ import annotations

from io import BytesIO
from itertools import chain
from pathlib import PurePath
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.imaging.deidentification.reasons import TEXTS
from cpms_portal.patients.resources import Patient
from cpms_portal.patients.views.overview import Nothing, facts_of
from cpms_portal.patients.views.passages import as_tab_above
from cpms_portal.records.actions import add_document, remove_document
from cpms_portal.records.queries import about_document, documents_of, held_documents_of
from cpms_portal.records.resources import Document, Documents, HeldDocument
from cpms_portal.records.schemas.documents import AddDocumentsSchema, RemoveDocumentSchema
from cpms_portal.records.views.looking import way_to_look
from cpms_portal.security.permissions import Permission

#: A downloaded file is never a page of ours, whatever it holds.
ALONE = "sandbox; default-src 'none'"
PREVIEWED = frozenset({"image/jpeg", "image/png"})
NO_DOCUMENTS = Nothing(
    _("No documents yet"),
    _("Letters, reports and photos can be added here. DICOM studies go to Images."),
)
LARGEST_SIDE, MOST_PIXELS, MOST_BYTES = 1600, 60_000_000, 40_000_000


@view_config(
    context=Patient,
    name="documents",
    path_info=r".*/documents/?$",
    permission=Permission.DOCUMENT_VIEW,
    renderer="cpms_portal.records:templates/documents.pt",
)
def documents_page(patient: Patient, request: Request) -> dict[str, Any]:
    """List the documents."""
    return {
        **facts_of(patient, request),
        "title": _("Documents"),
        "nothing": NO_DOCUMENTS,
        "lines": [_line(document, request) for document in documents_of(patient)],
        "held": _held_lines(patient, request),
        "may_add": request.has_permission(Permission.DOCUMENT_ADD, patient),
        "may_remove": request.has_permission(Permission.DOCUMENT_REMOVE, patient),
    }


def _held_lines(patient: Patient, request: Request) -> list[dict[str, Any]]:
    """Return what waits for a decision, for those who may add documents."""
    if not request.has_permission(Permission.DOCUMENT_ADD, patient):
        return []
    return [
        {
            "name": about["name"],
            "reason": TEXTS.get(about["report"]["code"], ""),
            "until": document.until,
            "url": request.resource_path(document, "decide"),
        }
        for document in held_documents_of(patient, request.actor.now)
        for about in (about_document(document, request.registry),)
    ]


def _line(document: Document, request: Request) -> dict[str, Any]:
    about = about_document(document, request.registry)
    return {
        **about,
        "url": request.resource_path(document),
        "report": request.resource_path(document, "report"),
        "kind": about["name"].rpartition(".")[2].upper(),
        "size": readable_size(document.size),
        "created": document.created,
        "look": request.resource_path(document, "look") if way_to_look(about["media_type"]) else "",
    }


def readable_size(size: int) -> str:
    """Return a size in words."""
    if size < 1_000_000:
        return f"{max(round(size / 1000), 1)} kB"
    return f"{size / 1_000_000:.1f} MB"


@view_config(context=Documents, permission=Permission.DOCUMENT_VIEW)
def documents_node(documents: Documents, request: Request) -> Any:
    """Be the tab of the patient."""
    return as_tab_above(documents, request)


@view_config(context=Patient, name="add-documents", permission=Permission.DOCUMENT_ADD)
class AddDocuments(FormView):
    """Add files; when one cannot be taken none is kept, and it says which and why."""

    schema = AddDocumentsSchema
    title = _("Add documents")
    submit_label = _("Upload")

    def cancel_url(self) -> str:
        """Go back to the documents."""
        return self.request.resource_path(self.context, "documents")

    def save(self, values: dict[str, Any]) -> Any:
        """Take the files."""
        refused, held = [], False
        for one in values["files"]:
            try:
                kept = add_document(self.context, one.filename, one.file, self.request.actor)
                held = held or isinstance(kept, HeldDocument)
            except UploadRefusedError as error:
                said = self.request.localizer.translate(error.message)
                refused.append(f"{one.filename}: {said}")
        if refused:
            form = self.make_form()
            form.refuse(" ".join(refused), "files")
            return self.refused(form)
        self.request.tell(_("The documents are uploaded."))
        if held:
            self.request.tell(
                _("Some wait for your decision: they may name the patient."), "attention"
            )
        return HTTPSeeOther(self.cancel_url())


@view_config(context=Document, permission=Permission.DOCUMENT_VIEW)
def download_document(document: Document, request: Request) -> Response:
    """Send a document as a file to save, never as a page."""
    about = about_document(document, request.registry)
    response = Response(content_type=about["media_type"])
    parts = document.blob.read(request.registry)
    # The first part is read now: the file must be open before the database is closed.
    response.app_iter = chain([next(parts, b"")], parts)
    response.content_length = document.size
    # A neutral name: what people call their files stays in lists of downloads on shared machines.
    suffix = PurePath(about["name"]).suffix
    response.headers["Content-Disposition"] = f'attachment; filename="document{suffix}"'
    response.headers["Content-Security-Policy"] = ALONE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@view_config(context=Document, name="preview", permission=Permission.DOCUMENT_VIEW)
def preview_document(document: Document, request: Request) -> Response:
    """Show a picture, drawn anew: smaller, and without what the camera wrote into it."""
    about = about_document(document, request.registry)
    if about["media_type"] not in PREVIEWED or document.size > MOST_BYTES:
        raise HTTPNotFound()
    picture = _redrawn(b"".join(document.blob.read(request.registry)))
    response = Response(picture, content_type="image/jpeg")
    response.headers["Content-Security-Policy"] = ALONE
    return response


def _redrawn(content: bytes) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise HTTPNotFound()
            picture = ImageOps.exif_transpose(found).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise HTTPNotFound() from error
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    drawn = BytesIO()
    plain.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


@view_config(
    context=Document, name="remove", permission=Permission.DOCUMENT_REMOVE, fresh_proof=True
)
class RemoveDocument(FormView):
    """Remove a document for good."""

    schema = RemoveDocumentSchema
    title = _("Remove document")
    submit_label = _("Remove for good")
    tone = "danger"

    def extra(self) -> dict[str, Any]:
        """Say which one."""
        return {"intro": about_document(self.context, self.request.registry)["name"]}

    def cancel_url(self) -> str:
        """Go back to the documents."""
        patient = self.context.__parent__.__parent__
        return self.request.resource_path(patient, "documents")

    def save(self, values: dict[str, Any]) -> Response:
        """Remove it."""
        back = self.cancel_url()
        remove_document(self.context, values["reason"], self.request.actor)
        self.request.tell(_("The document was removed."))
        return HTTPSeeOther(back)
