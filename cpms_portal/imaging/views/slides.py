"""A whole slide: its page with the viewer, what the viewer asks for, tiles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther, HTTPUnprocessableEntity
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.imaging.actions import remove_study
from cpms_portal.imaging.deidentification.reasons import TEXTS, RefusedError
from cpms_portal.imaging.interfaces import IStudyHolder
from cpms_portal.imaging.queries import holder_of, pyramid_of, slide_file, slides_of, tile_of
from cpms_portal.imaging.resources import Slide
from cpms_portal.imaging.slides.decoding import as_jpeg, thumbnail_of
from cpms_portal.imaging.slides.pyramid import Level, Pyramid
from cpms_portal.imaging.views.frames import tell_once
from cpms_portal.security.permissions import Permission

_KEPT = "private, max-age=31536000, immutable"
_THUMBNAIL = 192
#: Modules the viewer imports: asked for with the page, not one after the other.
MODULES = (
    "moments.js", "presentation.js", "slide/layers.js", "slide/linked.js", "slide/notes.js",
    "slide/overlay.js", "slide/pane.js", "slide/place.js", "slide/presenting.js",
    "slide/scale.js", "slide/source.js", "slide/tools.js",
)  # fmt: skip


def _numbers(slide: Slide, pyramid: Pyramid, request: Request) -> dict[str, Any]:
    """Return what a page says of a slide: how large it is, and how fine."""
    return {
        "slide": slide,
        "url": request.resource_url(slide),
        "width": pyramid.width,
        "height": pyramid.height,
        "millimetres": tuple(
            round(pixels * each / 1000, 1)
            for pixels, each in zip((pyramid.width, pyramid.height), pyramid.pixel, strict=True)
        ),
        "pixel": pyramid.pixel[0],
        "magnification": f"{pyramid.magnification:g}" if pyramid.magnification else "",
        "added": slide.created,
        "thumbnail": request.resource_url(slide, "thumbnail", slide.version),
    }


def slide_line(slide: Slide, request: Request) -> dict[str, Any]:
    """Return what a line of a list says of a slide."""
    return _numbers(slide, pyramid_of(request.registry, slide), request)


@view_config(
    context=Slide,
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/slide.pt",
)
def slide_page(slide: Slide, request: Request) -> dict[str, Any]:
    """Show a slide: what it is, and the viewer."""
    others = [one for one in slides_of(holder_of(slide)) if one is not slide]
    about = levels(slide, request)
    return {
        "title": _("Slide"),
        **slide_line(slide, request),
        "levels_url": request.resource_url(slide, "levels"),
        "about": json.dumps(about),
        # The viewer begins with the smallest level, which is a single tile.
        "first_tile": f"{about['tiles']}/{len(about['levels']) - 1}/0",
        "modules": [request.asset(name, "imaging") for name in MODULES],
        "others": [
            {**slide_line(one, request), "levels": request.resource_url(one, "levels")}
            for one in others
        ],
        "may_remove": request.has_permission(Permission.STUDY_REMOVE, slide),
        "remove_url": request.resource_url(slide, "remove"),
        "file_url": "" if slide.study else request.resource_url(slide, "slide.tif"),
    }


@view_config(
    context=IStudyHolder,
    name="slide-lines",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/slide-lines.pt",
)
def slide_lines(holder: Any, request: Request) -> dict[str, Any]:
    """Show the slides below the documents, which is where a report from pathology is read."""
    slides = slides_of(holder)
    if not slides:
        raise HTTPNotFound()
    return {"slides": [slide_line(slide, request) for slide in slides]}


def _level_json(level: Level) -> dict[str, Any]:
    return {
        "width": level.width,
        "height": level.height,
        "tileWidth": level.tile_width,
        "tileHeight": level.tile_height,
        "columns": level.columns,
        "rows": level.rows,
    }


@view_config(context=Slide, name="levels", permission=Permission.STUDY_VIEW, renderer="json")
def levels(slide: Slide, request: Request) -> dict[str, Any]:
    """Return what the viewer must know, the largest level first.

    pixel: micrometres across and down. tiles: what the address of a tile begins with;
    level and number (row by row) follow.
    """
    pyramid = pyramid_of(request.registry, slide)
    return {
        "width": pyramid.width,
        "height": pyramid.height,
        "pixel": pyramid.pixel,
        "magnification": pyramid.magnification,
        "tiles": request.resource_url(slide, "tile", slide.version),
        "levels": [_level_json(level) for level in pyramid.levels],
    }


def _kept(request: Request, mark: str, make: Callable[[], bytes]) -> Response:
    """Return a JPEG that only this person's browser may keep; 304 when it has it already."""
    if mark in request.if_none_match:
        response = Response(status=304)
        response.content_type = None
    else:
        try:
            response = Response(make(), content_type="image/jpeg")
        except RefusedError as error:
            words = request.localizer.translate(TEXTS[error.code])
            raise HTTPUnprocessableEntity(words) from error
    response.headers["Cache-Control"] = _KEPT
    response.etag = mark
    return response


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise HTTPNotFound()
    return int(text)


def _asked(slide: Slide, request: Request) -> tuple[Level, int]:
    """Return level and number of a tile that is asked for; not found when there is none."""
    if len(request.subpath) != 3 or request.subpath[0] != slide.version:
        raise HTTPNotFound()
    at, number = map(_whole, request.subpath[1:])
    found = pyramid_of(request.registry, slide).levels
    if at >= len(found) or number >= found[at].columns * found[at].rows:
        raise HTTPNotFound()
    return found[at], number


@view_config(context=Slide, name="tile", permission=Permission.STUDY_VIEW, audited=False)
def tile(slide: Slide, request: Request) -> Response:
    """Answer with a tile: as it is stored when browsers read it so, else as a JPEG."""
    level, number = _asked(slide, request)
    tell_once(slide, request, "slide.images")

    def made() -> bytes:
        return as_jpeg(tile_of(request.registry, slide, level, number), level)

    return _kept(request, "-".join(request.subpath), made)


@view_config(context=Slide, name="thumbnail", permission=Permission.STUDY_VIEW, audited=False)
def slide_thumbnail(slide: Slide, request: Request) -> Response:
    """Answer with the whole slide as a small picture."""
    tell_once(slide, request, "slide.images")

    def made() -> bytes:
        last = pyramid_of(request.registry, slide).levels[-1]
        return thumbnail_of(tile_of(request.registry, slide, last, 0), last, _THUMBNAIL)

    return _kept(request, f"{slide.version}-thumbnail", made)


@view_config(context=Slide, name="slide.tif", permission=Permission.STUDY_VIEW)
def whole_slide(slide: Slide, request: Request) -> Response:
    """Answer with the slide as a pyramidal BigTIFF, for programs that read slides.

    A slide that came as DICOM is fetched as DICOM, by DICOMweb.
    """
    if slide.study:
        raise HTTPNotFound()
    response = Response(content_type="image/tiff")
    response.content_disposition = 'attachment; filename="slide.tif"'
    response.app_iter = slide_file(request.registry, slide)
    return response


@view_config(
    context=Slide,
    name="remove",
    request_method="GET",
    permission=Permission.STUDY_REMOVE,
    renderer="cpms_portal.imaging:templates/remove-slide.pt",
)
def remove_slide_page(slide: Slide, request: Request) -> dict[str, Any]:
    """Ask before a slide goes."""
    return {"title": _("Remove this slide"), "back": request.resource_url(slide)}


@view_config(
    context=Slide,
    name="remove",
    request_method="POST",
    permission=Permission.STUDY_REMOVE,
    fresh_proof=True,
)
def submit_slide_removal(slide: Slide, request: Request) -> Response:
    """Remove a slide."""
    holder = holder_of(slide)
    remove_study(slide, request.actor)
    return HTTPSeeOther(request.resource_url(holder, "studies"))
