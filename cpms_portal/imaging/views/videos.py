"""Videos of a study, and what is held that is no image: answered as it is stored."""

from __future__ import annotations

from collections.abc import Iterator

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.imaging.deidentification.videos import media_type_of
from cpms_portal.imaging.held.queries import held_content, images_of
from cpms_portal.imaging.held.resources import HeldSeries
from cpms_portal.imaging.queries import index_of
from cpms_portal.imaging.resources import Study
from cpms_portal.imaging.views.frames import tell_once, whole_number
from cpms_portal.imaging.views.kinds import document_answer, kind_of, video_answer
from cpms_portal.security.permissions import Permission


@view_config(context=Study, name="video", permission=Permission.STUDY_VIEW, audited=False)
def video(study: Study, request: Request) -> Response:
    """Answer with a video, or the part of it a player asks for."""
    series, at = (
        study.series.get(request.params.get("series", "")),
        whole_number(request, "instance"),
    )
    if series is None:
        raise HTTPNotFound()
    instances = index_of(request.registry, study, series).instances
    if at >= len(instances) or kind_of(instances[at]) != "video":
        raise HTTPNotFound()
    facts = instances[at]
    tell_once(study, request, "study.images")

    def read(start: int, length: int) -> Iterator[bytes]:
        pack = series.packs[facts["pack"]]
        return pack.read_range(request.registry, facts["offset"] + start, length)

    return video_answer(facts, media_type_of(facts["syntax"]), read, request)


@view_config(context=HeldSeries, name="content", permission=Permission.STUDY_ADD)
def held_whole(series: HeldSeries, request: Request) -> Response:
    """Answer with a video or document that waits; never kept by the browser."""
    if series.until <= request.actor.now:
        raise HTTPNotFound()
    number = request.params.get("image", "")
    image = next((one for one in images_of(request.registry, series) if one.number == number), None)
    kind = kind_of(image.facts) if image else ""
    if image is None or kind not in ("video", "document"):
        raise HTTPNotFound()
    if kind == "document":
        response = document_answer(held_content(request.registry, series, number))
    else:
        media_type = media_type_of(image.facts["syntax"])

        def read(start: int, length: int) -> Iterator[bytes]:
            return series.blobs[number].read_range(request.registry, start, length)

        response = video_answer(image.facts, media_type, read, request)
    response.headers["Cache-Control"] = "no-store"
    return response
