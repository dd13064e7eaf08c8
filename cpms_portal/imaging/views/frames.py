"""What the viewer asks for: the metadata of a study, frames, thumbnails. Never cached."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPUnprocessableEntity
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.events import Viewed, announce
from cpms_portal.core.resources import oid_of
from cpms_portal.imaging.frames.decoding import Frame, FrameError, frame_of
from cpms_portal.imaging.frames.drawing import LARGE_SIDE, thumbnail
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.queries import index_of
from cpms_portal.imaging.resources import Series, Study
from cpms_portal.security.permissions import Permission

_SHOWN = ("rows", "columns", "frames", "spacing", "slope", "intercept", "center", "width", "along",
          "number", "stored", "position", "orientation", "rate")  # fmt: skip


def whole_number(request: Request, name: str) -> int:
    """Return a parameter of the address counted from 0; HTTPNotFound when it is no number."""
    text = request.params.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise HTTPNotFound()
    return int(text)


def _series(study: Study, request: Request) -> Series:
    first = min(study.series, key=int, default="")
    series = study.series.get(request.params.get("series", first))
    if series is None:
        raise HTTPNotFound()
    return series


def _asked(study: Study, request: Request) -> tuple[Facts, Frame]:
    series = _series(study, request)
    index = index_of(request.registry, study, series)
    at = whole_number(request, "instance")
    if "instance" not in request.params:
        order = index.in_order()
        at = order[len(order) // 2] if order else 0
    if at >= len(index.instances):
        raise HTTPNotFound()
    facts = index.instances[at]
    try:
        return facts, frame_of(request.registry, series, facts, whole_number(request, "frame"))
    except FrameError as error:
        raise HTTPUnprocessableEntity(request.localizer.translate(error.message)) from error


@view_config(context=Study, name="metadata", permission=Permission.STUDY_VIEW, renderer="json")
def metadata(study: Study, request: Request) -> dict[str, Any]:
    """Return what the viewer must know of each series and its images, in slicing order.

    Each image: ``instance`` (its number for ``frame``), rows, columns, frames, spacing (mm),
    slope, intercept, center, width, along (mm), stored (bits), position and orientation (PS3.3
    C.7.6.2), rate (frames a second of a clip). What all images share stands in ``shared``. space:
    the same number for series that share a frame of reference, 0 for none.
    """
    found, spaces = [], {"": 0}
    for series in sorted(study.series.values(), key=lambda one: int(one.series_id)):
        index = index_of(request.registry, study, series)
        shown = [at for at in index.in_order() if index.instances[at].get("pixels") is not None]
        images = [
            {"instance": at} | {name: index.instances[at].get(name) for name in _SHOWN}
            for at in shown
        ]
        first = index.instances[shown[0]] if shown else {}
        shared = {
            name: first.get(name)
            for name in _SHOWN
            if images and all(image[name] == first.get(name) for image in images)
        }
        found.append(
            {
                "series": series.series_id,
                "modality": series.modality,
                "description": index.description,
                "inverted": first.get("photometric") == "MONOCHROME1",
                "count": series.count,
                "space": spaces.setdefault(first.get("frame_of_reference") or "", len(spaces)),
                "shared": shared,
                "images": [
                    {name: value for name, value in image.items() if name not in shared}
                    for image in images
                ],
            }
        )
    return {"series": found}


def tell_once(study: Any, request: Request, kind: str) -> None:
    """Record that somebody looks at a study or slide: once an hour, not for each image."""
    actor = request.actor
    told = request.registry.cpms_frames_told
    mark = (actor.oid, oid_of(study), actor.now.strftime("%Y%m%d%H"))
    if mark not in told:
        if len(told) > 10_000:
            told.clear()
        told.add(mark)
        announce(request.registry, Viewed(study, actor, kind))


@view_config(context=Study, name="frame", permission=Permission.STUDY_VIEW, audited=False)
def frame(study: Study, request: Request) -> Response:
    """Answer with the pixels of a frame, little-endian; the header says of what kind."""
    _, found = _asked(study, request)
    tell_once(study, request, "study.images")
    response = Response(found.content, content_type="application/octet-stream")
    response.headers["X-Frame-Kind"] = found.kind
    response.headers["X-Frame-Size"] = f"{found.rows}x{found.columns}"
    return response


@view_config(context=Study, name="thumbnail", permission=Permission.STUDY_VIEW, audited=False)
def small_picture(study: Study, request: Request) -> Response:
    """Answer with a small JPEG of a frame; of the middle one when none is named."""
    facts, found = _asked(study, request)
    tell_once(study, request, "study.images")
    return Response(thumbnail(found, facts), content_type="image/jpeg")


@view_config(context=Study, name="picture", permission=Permission.STUDY_VIEW, audited=False)
def picture(study: Study, request: Request) -> Response:
    """Answer with a large JPEG of a frame, for the page that needs no script."""
    facts, found = _asked(study, request)
    tell_once(study, request, "study.images")
    return Response(thumbnail(found, facts, LARGE_SIDE), content_type="image/jpeg")
