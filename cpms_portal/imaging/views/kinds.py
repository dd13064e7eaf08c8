"""What an object of a study is to whoever looks at it, and how its content is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.encapsulated import document_of
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.ingest.facts import Facts

_CLASSES = "1.2.840.10008.5.1.4.1.1."
#: Beginning of the SOP class (PS3.4 B.5) → what it is here; the longer beginnings first.
_KINDS = {
    f"{_CLASSES}9.": "waveform",
    f"{_CLASSES}88.59": "keys",
    f"{_CLASSES}88.": "report",
    f"{_CLASSES}104.1": "document",
    f"{_CLASSES}104.2": "clinical",
}
TITLES = {
    "waveform": _("Electrocardiogram or other curves"),
    "report": _("Report"),
    "keys": _("Key images"),
    "document": _("Document"),
    "clinical": _("Clinical document"),
    "video": _("Video"),
    "other": _("Something the portal cannot show"),
}
#: Nothing in a document acts in our name or fetches anything; the browser's reader draws it.
QUIET = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
Read = Callable[[int, int], Iterator[bytes]]


def kind_of(facts: dict[str, Any]) -> str:
    """Return what an instance without pictures is, or empty for an image."""
    if facts.get("pixels") is not None:
        return ""
    if facts.get("video"):
        return "video"
    sop_class = str(facts.get("sop_class") or "")
    return next((kind for start, kind in _KINDS.items() if sop_class.startswith(start)), "other")


def document_answer(content: bytes) -> Response:
    """Return the PDF an object wraps as an answer that does nothing by itself."""
    response = Response(document_of(read_file(content).dataset), content_type="application/pdf")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = QUIET
    return response


def plays(media_type: str) -> bool:
    """Say whether browsers play a video by themselves."""
    return media_type == "video/mp4"


def video_answer(facts: Facts, media_type: str, read: Read, request: Request) -> Response:
    """Return a video, or the part a player asks for (RFC 9110, section 14).

    read: returns bytes of the instance from a place on, so many.
    """
    place, size = facts["video"]
    asked = request.range.range_for_length(size) if request.range else None
    start, end = asked or (0, size)
    parts = read(place + start, end - start)
    response = Response(content_type=media_type)
    # The first part is read now: the file must be open before the database is closed.
    response.app_iter = chain([next(parts, b"")], parts)
    response.content_length, response.accept_ranges = end - start, "bytes"
    if asked:
        response.status_int, response.content_range = 206, (start, end, size)
    kept = "inline" if plays(media_type) else 'attachment; filename="video.mpg"'
    response.headers["Content-Disposition"] = kept
    response.headers["Content-Security-Policy"] = QUIET
    return response
