"""Look at held images with the proposed boxes: black out and store, or destroy."""

from __future__ import annotations

import io
import json
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther, HTTPUnprocessableEntity
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.masking import picture_of, within
from cpms_portal.imaging.deidentification.reasons import WithheldError
from cpms_portal.imaging.deidentification.videos import media_type_of
from cpms_portal.imaging.frames.clinical import clinical_lines
from cpms_portal.imaging.held.deciding import destroy, release
from cpms_portal.imaging.held.queries import (
    HeldImage,
    held_content,
    held_series_of,
    images_of,
)
from cpms_portal.imaging.held.resources import HeldImages, HeldSeries
from cpms_portal.imaging.queries import holder_of
from cpms_portal.imaging.views.kinds import kind_of, plays
from cpms_portal.security.permissions import Permission

_LARGEST_SIDE, _MOST_BOXES = 1600, 200
_ROWS_OFFERED = 3


@view_config(context=HeldImages, permission=Permission.STUDY_ADD)
def held_images(held: HeldImages, request: Request) -> Response:
    """Lead to the images of the holder, where what waits is listed."""
    return HTTPSeeOther(request.resource_url(holder_of(held), "studies"))


def _images(series: HeldSeries, request: Request) -> list[HeldImage]:
    if series.until <= request.actor.now:
        raise HTTPNotFound()
    return images_of(request.registry, series)


def _asked(images: list[HeldImage], request: Request) -> HeldImage:
    number = request.params.get("image", images[0].number if images else "")
    for image in images:
        if image.number == number:
            return image
    raise HTTPNotFound()


@view_config(
    context=HeldSeries,
    request_method="GET",
    permission=Permission.STUDY_ADD,
    renderer="cpms_portal.imaging:templates/held-series.pt",
)
def held_series(series: HeldSeries, request: Request) -> dict[str, Any]:
    """Show one image with its boxes, and lead through the others."""
    return _page(series, request, "")


def _page(series: HeldSeries, request: Request, problem: Any) -> dict[str, Any]:
    images = _images(series, request)
    image = _asked(images, request)
    at = images.index(image)
    whole = _whole(series, image, request)
    return whole | {
        "title": _("Images to look at"),
        "image": image,
        "boxes": [*image.boxes, *[["", "", "", ""]] * _ROWS_OFFERED],
        "kept": len(image.boxes),
        "picture": request.resource_url(series, "picture", query={"image": image.number}),
        "frames": max(image.facts.get("frames") or 1, 1),
        "position": at + 1,
        "total": len(images),
        "alike": len(_alike(images, image)),
        "before": _link(series, images[at - 1], request) if at else "",
        "after": _link(series, images[at + 1], request) if at + 1 < len(images) else "",
        "until": series.until,
        "problem": problem,
        "back": request.resource_url(holder_of(series), "studies"),
    }


def _alike(images: list[HeldImage], image: HeldImage) -> list[HeldImage]:
    """Return the images one decision may be made for; of what is no image, only itself."""
    if kind_of(image.facts):
        return [image]
    return [one for one in images if one.size == image.size and not kind_of(one.facts)]


def _told(image: HeldImage) -> Any:
    if kind_of(image.facts):
        return _("It was stored as it is.")
    return _("The images were stored without what was blacked out.")


def _whole(series: HeldSeries, image: HeldImage, request: Request) -> dict[str, Any]:
    """Return what the page of a video or document needs; nothing for an image."""
    kind = kind_of(image.facts)
    if not kind:
        return {}
    request.override_renderer = "cpms_portal.imaging:templates/held-whole.pt"
    lines = []
    if kind == "clinical":
        lines = clinical_lines(held_content(request.registry, series, image.number))
    return {
        "kind": kind,
        "plays": kind == "video" and plays(media_type_of(image.facts["syntax"])),
        "content_url": request.resource_url(series, "content", query={"image": image.number}),
        "lines": lines,
    }


def _link(series: HeldSeries, image: HeldImage, request: Request) -> str:
    return str(request.resource_url(series, query={"image": image.number}))


@view_config(
    context=HeldSeries,
    request_method="POST",
    permission=Permission.STUDY_ADD,
    renderer="cpms_portal.imaging:templates/held-series.pt",
)
def decide(series: HeldSeries, request: Request) -> Any:
    """Release an image, and all of its size when asked to, or destroy it."""
    images = _images(series, request)
    image = _asked(images, request)
    holder = holder_of(series)
    chosen = _alike(images, image) if request.POST.get("alike") else [image]
    numbers = [one.number for one in chosen]
    try:
        if request.POST.get("decision") == "destroy":
            destroy(series, numbers, request.actor)
            request.tell(
                _("The images were destroyed.")
                if not kind_of(image.facts)
                else _("It was destroyed.")
            )
        else:
            boxes = [] if kind_of(image.facts) else _boxes(request, image)
            release(series, dict.fromkeys(numbers, boxes), request.actor)
            request.tell(_told(image))
    except ValueRefusedError as error:
        request.response.status_int = 422
        return _page(series, request, error.message)
    left = [other for other in images if other.number not in numbers]
    if left:
        return HTTPSeeOther(_link(series, left[0], request))
    return HTTPSeeOther(request.resource_url(holder, "studies"))


def _boxes(request: Request, image: HeldImage) -> list[tuple[int, int, int, int]]:
    """Return the boxes of the form; empty rows and boxes outside the image are left out."""
    columns = [request.POST.getall(name) for name in ("left", "top", "width", "height")]
    found = []
    for row in list(zip(*columns, strict=False))[:_MOST_BOXES]:
        if not any(text.strip() for text in row):
            continue
        try:
            numbers = [int(text) for text in row]
        except ValueError as error:
            raise ValueRefusedError(_("A box needs four whole numbers.")) from error
        if inside := within(numbers, *image.size):
            found.append(inside)
    return found


@view_config(context=HeldSeries, name="picture", permission=Permission.STUDY_ADD)
def held_picture(series: HeldSeries, request: Request) -> Response:
    """Return a frame of a held image; never kept by the browser."""
    image = _asked(_images(series, request), request)
    frame = request.params.get("frame", "0")
    if not (frame.isascii() and frame.isdigit() and len(frame) < 7):
        raise HTTPNotFound()
    if int(frame) >= max(image.facts.get("frames") or 1, 1):
        raise HTTPNotFound()
    try:
        content = held_content(request.registry, series, image.number)
        picture = picture_of(content, int(frame)).convert("RGB")
    except WithheldError as error:
        raise HTTPUnprocessableEntity(json.dumps(error.code)) from error
    picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    response = Response(out.getvalue(), content_type="image/jpeg")
    response.headers["Cache-Control"] = "no-store"
    return response


def waiting_lines(holder: Any, request: Request) -> list[dict[str, Any]]:
    """Return what waits to be looked at, for the list of studies; empty for who may not decide."""
    if not request.has_permission(Permission.STUDY_ADD, holder):
        return []
    return [
        {
            "url": request.resource_url(series),
            "count": len(series.blobs),
            "until": series.until,
        }
        for series in held_series_of(holder, request.actor.now)
    ]
