"""What a study holds besides images: electrocardiograms, reports, documents."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPUnprocessableEntity
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.encapsulated import document_of
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.frames.decoding import FrameError
from cpms_portal.imaging.frames.reports import lines_of
from cpms_portal.imaging.frames.waveforms import Tracing, drawn, tracings_of
from cpms_portal.imaging.queries import index_of, instance_bytes
from cpms_portal.imaging.resources import Study
from cpms_portal.imaging.views.frames import whole_number
from cpms_portal.security.permissions import Permission

_CLASSES = "1.2.840.10008.5.1.4.1.1."
#: Beginning of the SOP class (PS3.4 B.5) → what it is here.
_KINDS = {
    f"{_CLASSES}9.": "waveform",
    f"{_CLASSES}88.": "report",
    f"{_CLASSES}104.1": "document",
}
#: Nothing in a document acts in our name or fetches anything; the browser's reader draws it.
QUIET = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_TITLES = {
    "waveform": _("Electrocardiogram or other curves"),
    "report": _("Report"),
    "document": _("Document"),
    "other": _("Something the portal cannot show"),
}


def kind_of(facts: dict[str, Any]) -> str:
    """Return what an instance without pixels is, or empty for an image."""
    if facts.get("pixels") is not None:
        return ""
    sop_class = str(facts.get("sop_class") or "")
    return next((kind for start, kind in _KINDS.items() if sop_class.startswith(start)), "other")


def objects_of(study: Study, request: Request) -> list[dict[str, Any]]:
    """Return a line for everything in a study that is no image."""
    found = []
    for series in sorted(study.series.values(), key=lambda one: int(one.series_id)):
        index = index_of(request.registry, study, series)
        for at, facts in enumerate(index.instances):
            kind = kind_of(facts)
            query = {"series": series.series_id, "instance": at}
            if kind:
                found.append(
                    {
                        "kind": kind,
                        "title": _TITLES[kind],
                        "description": index.description,
                        "url": request.resource_url(study, "object", query=query)
                        if kind != "other"
                        else "",
                    }
                )
    return found


def _asked(study: Study, request: Request, *kinds: str) -> tuple[str, bytes]:
    """Return kind and content of the object asked for; HTTPNotFound when it is none of these."""
    series = study.series.get(request.params.get("series", ""))
    at = whole_number(request, "instance")
    if series is None:
        raise HTTPNotFound()
    instances = index_of(request.registry, study, series).instances
    if at >= len(instances) or kind_of(instances[at]) not in kinds:
        raise HTTPNotFound()
    return kind_of(instances[at]), instance_bytes(request.registry, series, instances[at])


def _tracings(content: bytes, request: Request) -> list[Tracing]:
    try:
        return tracings_of(content)
    except FrameError as error:
        raise HTTPUnprocessableEntity(request.localizer.translate(error.message)) from error


@view_config(
    context=Study,
    name="object",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/object.pt",
)
def object_page(study: Study, request: Request) -> dict[str, Any]:
    """Show a waveform on its paper, a report as text, or the way to a document."""
    kind, content = _asked(study, request, *_KINDS.values())
    query = {name: request.params[name] for name in ("series", "instance")}
    page = {
        "title": _("Images"),
        "heading": _TITLES[kind],
        "kind": kind,
        "back": request.resource_url(study),
        "lines": [],
        "tracings": [],
        "document_url": request.resource_url(study, "document", query=query),
    }
    try:
        if kind == "report":
            return page | {"lines": lines_of(content)}
        if kind == "waveform":
            labels = [one.label for one in tracings_of(content)]
            tracings = [
                (
                    at + 1,
                    label,
                    request.resource_url(study, "waveform", query=query | {"group": at}),
                )
                for at, label in enumerate(labels)
            ]
            return page | {"tracings": tracings}
    except FrameError:
        return page | {"kind": "unreadable"}
    return page


@view_config(context=Study, name="waveform", permission=Permission.STUDY_VIEW)
def waveform(study: Study, request: Request) -> Response:
    """Answer with a tracing as SVG."""
    _kind, content = _asked(study, request, "waveform")
    tracings, number = _tracings(content, request), whole_number(request, "group")
    if number >= len(tracings):
        raise HTTPNotFound()
    response = Response(drawn(tracings[number]), content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


@view_config(context=Study, name="document", permission=Permission.STUDY_VIEW)
def document(study: Study, request: Request) -> Response:
    """Answer with the PDF an object wraps."""
    _kind, content = _asked(study, request, "document")
    response = Response(document_of(read_file(content).dataset), content_type="application/pdf")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = QUIET
    return response
