"""A document on a page: a photo to enlarge, a film or a recording with controls, a PDF to open."""

from __future__ import annotations

from itertools import chain
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.records.queries import about_document
from cpms_portal.records.resources import Document
from cpms_portal.security.permissions import Permission

#: What browsers show by themselves: media type → how it is shown.
SHOWN = {
    "image/jpeg": "picture",
    "image/png": "picture",
    "video/mp4": "film",
    "audio/mpeg": "sound",
    "audio/wav": "sound",
    "audio/ogg": "sound",
    "audio/flac": "sound",
    "application/pdf": "pdf",
}
#: Nothing in a file acts in our name or fetches anything; a PDF is drawn by the browser's reader.
QUIET = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def way_to_look(media_type: str) -> str:
    """Return how a document is shown: picture, film, sound, pdf; empty when it cannot be."""
    return SHOWN.get(media_type, "")


@view_config(
    context=Document,
    name="look",
    permission=Permission.DOCUMENT_VIEW,
    renderer="cpms_portal.records:templates/look.pt",
)
def look_at_document(document: Document, request: Request) -> dict[str, Any]:
    """Show a document."""
    about = about_document(document, request.registry)
    way = way_to_look(about["media_type"])
    if not way:
        raise HTTPNotFound()
    patient = document.__parent__.__parent__
    return {
        "title": _("Document"),
        "name": about["name"],
        "way": way,
        "preview_url": request.resource_path(document, "preview"),
        "content_url": request.resource_path(document, "content"),
        "download_url": request.resource_path(document),
        "back": request.resource_path(patient, "documents"),
    }


@view_config(context=Document, name="content", permission=Permission.DOCUMENT_VIEW)
def document_content(document: Document, request: Request) -> Response:
    """Send what is shown on the page; parts of it when a player asks for them (RFC 9110, 14)."""
    media_type = about_document(document, request.registry)["media_type"]
    if not way_to_look(media_type):
        raise HTTPNotFound()
    asked = request.range.range_for_length(document.size) if request.range else None
    start, end = asked or (0, document.size)
    parts = document.blob.read_range(request.registry, start, end - start)
    response = Response(content_type=media_type)
    # The first part is read now: the file must be open before the database is closed.
    response.app_iter = chain([next(parts, b"")], parts)
    response.content_length = end - start
    response.accept_ranges = "bytes"
    if asked:
        response.status_int = 206
        response.content_range = (start, end, document.size)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = QUIET
    return response
