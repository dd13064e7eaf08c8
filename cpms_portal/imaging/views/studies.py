"""The list of studies of a holder, and one study with its viewer."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import render_view_to_response, view_config

from cpms_portal.core.i18n import _
from cpms_portal.imaging.actions import remove_study
from cpms_portal.imaging.interfaces import IStudyHolder
from cpms_portal.imaging.queries import (
    about,
    holder_of,
    index_of,
    seen_of,
    slides_of,
    studies_beside_slides,
)
from cpms_portal.imaging.resources import Studies, Study
from cpms_portal.imaging.views.held import waiting_lines
from cpms_portal.imaging.views.objects import objects_of
from cpms_portal.imaging.views.slides import slide_line
from cpms_portal.security.permissions import Permission

#: The scripts of the viewer, the one that starts it first: a browser fetches them side by side
#: instead of finding each in another.
MODULES = (
    "radiology.js",
    "moments.js",
    "stack.js",
    "presentation.js",
    "cornerstone/cornerstone.js",
    *(
        f"radiology/{name}.js"
        for name in (
            "images", "pixels", "thread", "room", "cell", "drawings", "layers", "keys", "layouts",
            "menus", "notes", "toolbar", "together", "tools",
        )
    ),
)  # fmt: skip


def study_line(study: Study, request: Request) -> dict[str, Any]:
    """Return what a line says of a study."""
    described = about(request.registry, study)
    return {
        "study": study,
        "url": request.resource_url(study),
        "description": described.get("description") or _("Study without a description"),
        "modalities": study.modalities,
        "series": len(study.series),
        "count": study.count,
        "added": study.created,
        "thumbnail": request.resource_url(study, "thumbnail"),
    }


@view_config(
    context=IStudyHolder,
    name="studies",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/studies.pt",
)
def studies_page(holder: Any, request: Request) -> dict[str, Any]:
    """List the studies."""
    return {
        "title": _("Images"),
        "lines": [study_line(study, request) for study in studies_beside_slides(holder)],
        "slides": [slide_line(slide, request) for slide in slides_of(holder)],
        "waiting": waiting_lines(holder, request),
        "may_add": request.has_permission(Permission.STUDY_ADD, holder),
        "add_url": request.resource_url(holder, "add-study"),
    }


@view_config(context=Studies, permission=Permission.STUDY_VIEW)
def studies_container(studies: Studies, request: Request) -> Response:
    """Answer as the list of the holder: the address works before and after the first study."""
    holder = holder_of(studies)
    request.context, request.view_name = holder, "studies"
    response = render_view_to_response(holder, request, "studies")
    if response is None:
        raise HTTPNotFound()
    return response


@view_config(
    context=Study,
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/study.pt",
)
def study_page(study: Study, request: Request) -> dict[str, Any]:
    """Show a study: its series, and the viewer."""
    lines = []
    for series in sorted(study.series.values(), key=lambda one: int(one.series_id)):
        index = index_of(request.registry, study, series)
        if not seen_of(index):
            continue
        lines.append(
            {
                "series_id": series.series_id,
                "description": index.description,
                "modality": series.modality,
                "count": series.count,
                "thumbnail": request.resource_url(
                    study, "thumbnail", query={"series": series.series_id}
                ),
            }
        )
    described = about(request.registry, study)
    others = objects_of(study, request)
    return {
        "title": _("Images"),
        "objects": others,
        "has_images": study.count > len(others),
        "description": described.get("description") or _("Study without a description"),
        "series": lines,
        "first_picture": _first(study, request, "picture"),
        "first_frame": _first(study, request, "frame"),
        "metadata_url": request.resource_url(study, "metadata"),
        "frame_url": request.resource_url(study, "frame"),
        "pictures_url": request.resource_url(study, "pictures"),
        "modules": [request.asset(name, "imaging") for name in MODULES],
        "me": request.actor.name,
        "may_remove": request.has_permission(Permission.STUDY_REMOVE, study),
        "remove_url": request.resource_url(study, "remove"),
    }


def _first(study: Study, request: Request, view: str) -> str:
    """Return the address of what is seen first, the middle of the first series that can be seen.

    view: "picture" for what is there before the viewer is awake, "frame" for what it draws.
    """
    for series in sorted(study.series.values(), key=lambda one: int(one.series_id)):
        seen = seen_of(index_of(request.registry, study, series))
        if seen:
            instance, frame = seen[len(seen) // 2]
            query = {"series": series.series_id, "instance": instance, "frame": frame}
            return str(request.resource_url(study, view, query=query))
    return ""


@view_config(
    context=Study,
    name="remove",
    request_method="GET",
    permission=Permission.STUDY_REMOVE,
    renderer="cpms_portal.imaging:templates/remove.pt",
)
def remove_page(study: Study, request: Request) -> dict[str, Any]:
    """Ask before a study goes."""
    return {
        "title": _("Remove this study"),
        "line": study_line(study, request),
        "back": request.resource_url(study),
    }


@view_config(
    context=Study,
    name="remove",
    request_method="POST",
    permission=Permission.STUDY_REMOVE,
    fresh_proof=True,
)
def submit_removal(study: Study, request: Request) -> Response:
    """Remove a study."""
    holder = holder_of(study)
    remove_study(study, request.actor)
    return HTTPSeeOther(request.resource_url(holder, "studies"))
