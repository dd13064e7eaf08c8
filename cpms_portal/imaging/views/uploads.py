"""Bring images: a page with a drop zone, the pieces of an upload, and what became of it."""

from __future__ import annotations

import contextlib
import io
from concurrent.futures import TimeoutError as StillWorking
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.core.errors import ConflictError, CPMSError, UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.core.transactions import turn_given_up
from cpms_portal.forms.pieces import Pieces
from cpms_portal.imaging.actions import finish_receiving, progress_of, start_receiving
from cpms_portal.imaging.ingest.receipts import StudyReceipt
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.interfaces import IStudyHolder
from cpms_portal.security.permissions import Permission
from cpms_portal.storage.uploads import Upload, spool

_PATIENCE = 0.2
_FORM_PATIENCE = 600
_LARGEST_FORM = 1024**3


def receipt_json(holder: Any, receipt: StudyReceipt, request: Request) -> dict[str, Any]:
    """Return a receipt in the words of the person's language."""
    say = request.localizer.translate
    studies = holder.get("studies", {})
    return {
        "stored": receipt.stored,
        "series": receipt.series,
        "duplicates": receipt.duplicates,
        "stopped": say(receipt.stopped_text) if receipt.stopped else "",
        "other_person": receipt.other_person,
        "held": receipt.held,
        "heads": bool(receipt.heads),
        "missing": receipt.missing,
        "waiting_url": request.resource_url(holder, "studies"),
        "lines": [
            {"status": line.status, "count": line.count, "text": say(line.text)}
            for line in receipt.lines
        ],
        "studies": [request.resource_url(studies[name]) for name in receipt.studies],
    }


def _page(holder: Any, request: Request, **more: Any) -> dict[str, Any]:
    return {
        "title": _("Add images"),
        "upload_url": request.resource_url(holder, "study-upload"),
        "form_url": request.resource_url(holder, "add-study"),
        "back": request.resource_url(holder, "studies"),
        "receipt": None,
        "problem": "",
        **more,
    }


@view_config(
    context=IStudyHolder,
    name="add-study",
    request_method="GET",
    permission=Permission.STUDY_ADD,
    renderer="cpms_portal.imaging:templates/add-study.pt",
)
def add_study(holder: Any, request: Request) -> dict[str, Any]:
    """Show the drop zone."""
    return _page(holder, request)


def _form_files(request: Request) -> list[Any]:
    return [part for part in request.POST.getall("files") if getattr(part, "filename", None)]


def _spooled_form(request: Request) -> Upload:
    """Put the files of a plain form into the spool, as one upload."""
    files = _form_files(request)
    if not files or (request.content_length or 0) > _LARGEST_FORM:
        raise UploadRefusedError(_("Please choose files, at most 1 GB at once."))
    if len(files) == 1 and files[0].filename.lower().endswith(".zip"):
        content = files[0].file.read()
    else:
        content = b"".join(bundled(("", part.file.read()) for part in files))
    here, owner = spool(request.registry), request.actor.oid
    upload = here.start(owner, "form", len(content))
    return here.append(upload.upload_id, owner, 0, io.BytesIO(content))


@view_config(
    context=IStudyHolder,
    name="add-study",
    request_method="POST",
    permission=Permission.STUDY_ADD,
    renderer="cpms_portal.imaging:templates/add-study.pt",
)
def submit_study(holder: Any, request: Request) -> dict[str, Any]:
    """Take the files of a plain form (no JavaScript) and show what became of them."""
    try:
        upload = _spooled_form(request)
        job = start_receiving(holder, upload.upload_id, request.actor)
        # Others write meanwhile; packs are linked, so a second try finds them again.
        with turn_given_up():
            outcome = job.result(_FORM_PATIENCE)
    except CPMSError as error:
        request.response.status_int = error.status
        return _page(holder, request, problem=error.message)
    receipt = finish_receiving(holder, upload.upload_id, outcome, request.actor)
    return _page(holder, request, receipt=receipt_json(holder, receipt, request))


def _pieces(holder: Any, request: Request) -> Pieces:
    """Return the uploads to a holder, named by its number, which says nothing."""

    def address(upload_id: str) -> str:
        return request.resource_url(holder, "study-upload", upload_id)

    return Pieces(request, f"study {oid_of(holder)}", address)


@view_config(
    context=IStudyHolder,
    name="study-upload",
    request_method="POST",
    permission=Permission.STUDY_ADD,
    renderer="json",
    audited=False,  # nothing of the patient is shown; what is stored is recorded as a change
)
def upload_step(holder: Any, request: Request) -> dict[str, Any]:
    """Start an upload (``{"size"}``), or ask what became of one (``…/<upload>/finish``)."""
    try:
        if not request.subpath:
            return _started(holder, request)
        if len(request.subpath) == 2 and request.subpath[1] == "finish":
            return _finished(holder, request.subpath[0], request)
    except CPMSError as error:
        return _pieces(holder, request).problem(error)
    raise HTTPNotFound()


def _started(holder: Any, request: Request) -> dict[str, Any]:
    size = None
    with contextlib.suppress(ValueError, AttributeError):
        size = request.json_body.get("size")
    return _pieces(holder, request).begin(size)


def _finished(holder: Any, upload_id: str, request: Request) -> dict[str, Any]:
    upload = spool(request.registry).find(upload_id, request.actor.oid)
    if not upload.complete:
        raise ConflictError(_("The upload is not complete yet."))
    job = start_receiving(holder, upload_id, request.actor)
    try:
        with turn_given_up():
            outcome = job.result(_PATIENCE)
    except StillWorking:
        request.response.status_int = 202
        done, total = progress_of(request.registry, upload_id)
        series, all_series = progress_of(request.registry, upload_id, "series")
        said = {"series": series, "series_total": all_series}
        return {"working": True, "done": done, "total": total, **said}
    receipt = finish_receiving(holder, upload_id, outcome, request.actor)
    return {"receipt": receipt_json(holder, receipt, request)}


@view_config(
    context=IStudyHolder,
    name="study-upload",
    request_method="PUT",
    permission=Permission.STUDY_ADD,
    renderer="json",
    audited=False,  # nothing of the patient is shown; what is stored is recorded as a change
)
def upload_piece(holder: Any, request: Request) -> dict[str, Any]:
    """Take the next piece of an upload; the header ``X-Offset`` says where it stands."""
    return _pieces(holder, request).take()


@view_config(
    context=IStudyHolder,
    name="study-upload",
    request_method="GET",
    permission=Permission.STUDY_ADD,
    renderer="json",
    audited=False,  # nothing of the patient is shown; what is stored is recorded as a change
)
def upload_state(holder: Any, request: Request) -> dict[str, Any]:
    """Say how much of an upload is here, so that the rest can follow.

    Without the name of one: which uploads of this person for this holder are not finished.
    """
    return _pieces(holder, request).state()


@view_config(
    context=IStudyHolder,
    name="study-upload",
    request_method="DELETE",
    permission=Permission.STUDY_ADD,
    renderer="json",
    audited=False,  # nothing of the patient was stored
)
def forget_upload(holder: Any, request: Request) -> dict[str, Any]:
    """Forget an upload that shall not go on."""
    return _pieces(holder, request).forget()
