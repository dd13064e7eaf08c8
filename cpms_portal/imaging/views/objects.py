"""What a study holds besides images: electrocardiograms, reports, documents."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPUnprocessableEntity
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.videos import media_type_of
from cpms_portal.imaging.frames.clinical import clinical_lines
from cpms_portal.imaging.frames.decoding import FrameError
from cpms_portal.imaging.frames.reports import lines_of
from cpms_portal.imaging.frames.selections import selected
from cpms_portal.imaging.frames.waveforms import Tracing, drawn, tracings_of
from cpms_portal.imaging.queries import index_of, instance_bytes
from cpms_portal.imaging.resources import Study
from cpms_portal.imaging.views.frames import whole_number
from cpms_portal.imaging.views.kinds import TITLES, document_answer, kind_of, plays
from cpms_portal.security.permissions import Permission

_SHOWN = frozenset(TITLES) - {"other"}


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
                        "title": TITLES[kind],
                        "description": index.description,
                        "url": request.resource_url(study, "object", query=query)
                        if kind in _SHOWN
                        else "",
                    }
                )
    return found


def _asked(study: Study, request: Request, *kinds: str) -> tuple[str, bytes]:
    """Return kind and content of the object asked for; HTTPNotFound when it is none of these.

    The content of a video is empty: its player asks for it.
    """
    series = study.series.get(request.params.get("series", ""))
    at = whole_number(request, "instance")
    if series is None:
        raise HTTPNotFound()
    instances = index_of(request.registry, study, series).instances
    if at >= len(instances) or kind_of(instances[at]) not in kinds:
        raise HTTPNotFound()
    if kind_of(instances[at]) == "video":
        return "video", b""
    return kind_of(instances[at]), instance_bytes(request.registry, series, instances[at])


def _key_pictures(study: Study, uids: list[str], request: Request) -> dict[str, Any]:
    """Return the pictures of a selection that are in its study, and how many are not."""
    places = {
        facts["uid"]: {"series": series.series_id, "instance": at}
        for series in study.series.values()
        for at, facts in enumerate(index_of(request.registry, study, series).instances)
        if facts.get("pixels") is not None
    }
    here = [places[uid] for uid in uids if uid in places]
    pictures = [request.resource_url(study, "picture", query=query) for query in here]
    return {"pictures": pictures, "absent": len(uids) - len(here)}


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
    """Show curves on their paper, words as text, key images, a video, or the way to a document."""
    kind, content = _asked(study, request, *_SHOWN)
    query = {name: request.params[name] for name in ("series", "instance")}
    page = {
        "title": _("Images"),
        "heading": TITLES[kind],
        "kind": kind,
        "back": request.resource_url(study),
        "lines": [],
        "tracings": [],
        "pictures": [],
        "absent": 0,
        "document_url": request.resource_url(study, "document", query=query),
        "video_url": request.resource_url(study, "video", query=query),
        "plays": kind == "video" and plays(media_type_of(_syntax(study, request))),
    }
    try:
        return page | _shown(kind, content, study, request)
    except FrameError:
        return page | {"kind": "unreadable"}


def _syntax(study: Study, request: Request) -> str:
    index = index_of(request.registry, study, study.series[request.params["series"]])
    return str(index.instances[whole_number(request, "instance")]["syntax"])


def _shown(kind: str, content: bytes, study: Study, request: Request) -> dict[str, Any]:
    """Return what an object shows on its page; FrameError when it cannot be read."""
    if kind == "clinical":
        return {"lines": clinical_lines(content)}
    if kind == "report":
        return {"lines": lines_of(content)}
    if kind == "keys":
        return {"lines": lines_of(content)} | _key_pictures(study, selected(content), request)
    if kind != "waveform":
        return {}
    query = {name: request.params[name] for name in ("series", "instance")}
    return {
        "tracings": [
            (
                at + 1,
                one.label,
                request.resource_url(study, "waveform", query=query | {"group": at}),
            )
            for at, one in enumerate(tracings_of(content))
        ]
    }


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
    return document_answer(content)
