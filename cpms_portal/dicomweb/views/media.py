"""Bring a disc or a bundle: what it lists is held against what it has, then the images go in."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.core.errors import CPMSError, UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.dicomweb.actions.storing import receive_upload, spool_bundle
from cpms_portal.dicomweb.media.manifest import Manifest
from cpms_portal.dicomweb.media.mhd import read_bundle
from cpms_portal.dicomweb.media.xdm import read_disc
from cpms_portal.imaging.views.uploads import receipt_json
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission

#: Where a request keeps its upload, so that a second try finds it.
UPLOAD = "cpms.dicomweb.media"

PAGE = "cpms_portal.dicomweb:templates/import-media.pt"
LARGEST = 1024**3


def _page(patient: Patient, request: Request, **more: Any) -> dict[str, Any]:
    return {
        "title": _("Import a disc or bundle"),
        "form_url": request.resource_path(patient, "import-media"),
        "back": request.resource_path(patient, "studies"),
        "manifest": None,
        "receipt": None,
        "problem": "",
        **more,
    }


@view_config(
    context=Patient,
    name="import-media",
    request_method="GET",
    permission=Permission.STUDY_ADD,
    renderer=PAGE,
)
def media_page(patient: Patient, request: Request) -> dict[str, Any]:
    """Ask for the file."""
    return _page(patient, request)


def _manifest(request: Request) -> Manifest:
    sent = request.POST.get("files")
    if not getattr(sent, "filename", None) or (request.content_length or 0) > LARGEST:
        raise UploadRefusedError(_("Please choose a file, at most 1 GB."))
    # A request that is made once more has read it before.
    sent.file.seek(0)
    content: bytes = sent.file.read()
    if content.startswith(b"PK"):
        return read_disc(content, setting(request.registry, "cpms.imaging.largest_unpacked"))
    return read_bundle(content)


@view_config(
    context=Patient,
    name="import-media",
    request_method="POST",
    permission=Permission.STUDY_ADD,
    renderer=PAGE,
)
def submit_media(patient: Patient, request: Request) -> dict[str, Any]:
    """Take the images in, and say what became of everything that was listed."""
    try:
        manifest, receipt = _manifest(request), None
        if manifest.images:
            if UPLOAD not in request.environ:
                request.environ[UPLOAD] = spool_bundle(manifest.bundle(), request.actor)
            _outcome, taken = receive_upload(patient, request.environ[UPLOAD], request.actor)
            receipt = receipt_json(patient, taken, request)
    except CPMSError as error:
        request.tm.doom()
        request.response.status_int = error.status
        return _page(patient, request, problem=error.message)
    return _page(patient, request, manifest=manifest, receipt=receipt)
