"""What a viewer asks and sends: the layers of a study or slide; draw, change, remove."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.traversal import find_resource
from pyramid.view import view_config

from cpms_portal.annotations.actions import annotate, change_annotation, remove_annotation
from cpms_portal.annotations.queries.layers import (
    Layer,
    Opened,
    layers_on,
    opened,
    panels_to_see,
    target_of,
)
from cpms_portal.annotations.resources import Annotation
from cpms_portal.annotations.schemas import json_of
from cpms_portal.core.events import Viewed, announce
from cpms_portal.imaging.interfaces import IAnnotated
from cpms_portal.imaging.queries import holder_of, pyramid_of
from cpms_portal.imaging.resources import Slide
from cpms_portal.panels.resources import Panel
from cpms_portal.security.permissions import Permission

_TYPES = {"sr": ("application/dicom", "dcm"), "geojson": ("application/geo+json", "geojson")}


def told(one: Opened, request: Request) -> dict[str, Any]:
    """Return an annotation as viewers are told of it."""
    annotation = one.annotation
    may = request.has_permission
    found = {
        "id": annotation.__name__,
        "url": request.resource_path(annotation),
        "cited": bool(annotation.cited_by),
        "view": one.view,
        "may_change": bool(
            may(Permission.ANNOTATION_EDIT, annotation)
            and may(Permission.ANNOTATION_ADD, annotation.panel)
        ),
    }
    if one.drawing is None:
        return found | {"feature": one.feature}
    drawing = one.drawing
    measurements = [[m.name, m.value, m.unit] for m in drawing.measurements]
    return found | {
        "kind": drawing.kind,
        "series": drawing.series,
        "instance": drawing.instance,
        "frame": drawing.frame,
        "points": drawing.points,
        "text": drawing.text,
        "measurements": measurements,
    }


def _layer(layer: Layer, request: Request) -> dict[str, Any]:
    return {
        "panel": request.resource_path(layer.panel),
        "panel_title": layer.panel.title,
        "author": layer.author,
        "own": layer.is_own,
        "annotations": [told(one, request) for one in layer.opened],
    }


@view_config(
    context=IAnnotated, name="annotations", permission=Permission.STUDY_VIEW, renderer="json"
)
def layers(target: Any, request: Request) -> dict[str, Any]:
    """Return the layers of a study or slide that the reader may see."""
    return {"layers": [_layer(layer, request) for layer in layers_on(target, request.actor)]}


def _feature(layer: Layer, one: Opened) -> dict[str, Any]:
    """Return a Feature as programs for slides read it: QuPath looks for objectType and name."""
    feature = one.feature or {}
    said = feature["properties"]
    own = {
        "objectType": "annotation",
        "name": said["text"],
        "kind": said["kind"],
        "author": layer.author,
        "created": str(one.annotation.created),
    }
    return {**feature, "id": one.annotation.__name__, "properties": own}


@view_config(context=Slide, name="annotations.geojson", permission=Permission.STUDY_VIEW)
def slide_features(slide: Slide, request: Request) -> Response:
    """Hand out what the reader may see of a slide as one GeoJSON FeatureCollection (RFC 7946).

    Coordinates are pixels of the largest level; ``pixel`` says how many micrometres one is.
    """
    layers_seen = layers_on(slide, request.actor)
    collection = {
        "type": "FeatureCollection",
        "pixel": pyramid_of(request.registry, slide).pixel,
        "features": [_feature(layer, one) for layer in layers_seen for one in layer.opened],
    }
    announce(request.registry, Viewed(slide, request.actor, "annotation.export"))
    response = Response(json=collection, content_type=_TYPES["geojson"][0], charset=None)
    response.content_disposition = 'attachment; filename="annotations.geojson"'
    return response


@view_config(
    context=IAnnotated,
    name="annotation-panels",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.annotations:templates/annotation-panels.pt",
)
def annotation_panels(target: Any, request: Request) -> dict[str, Any]:
    """Tell a viewer in which panels of the patient the reader may draw."""
    panels = panels_to_see(target, request.actor)
    holder = holder_of(target)
    inside = "/".join(request.resource_path(target).split("/")[len(_parts(holder, request)) :])
    return {
        "panels": [
            {
                "title": panel.title,
                "path": request.resource_path(panel),
                "may_draw": request.has_permission(Permission.ANNOTATION_ADD, panel),
            }
            for panel in panels
        ],
        "annotations_url": request.resource_path(target, "annotations"),
        "target": inside.strip("/"),
    }


def _parts(holder: Any, request: Request) -> list[str]:
    return list(request.resource_path(holder).rstrip("/").split("/"))


def _target(panel: Panel, path: Any) -> Any:
    """Return what a path below the patient names; HTTPNotFound when nothing to draw on is there."""
    try:
        found = find_resource(holder_of(panel), [str(part) for part in str(path).split("/")])
    except (KeyError, LookupError, UnicodeError) as error:
        raise HTTPNotFound() from error
    if not IAnnotated.providedBy(found):
        raise HTTPNotFound()
    return found


@view_config(
    context=Panel,
    name="annotate",
    permission=Permission.ANNOTATION_ADD,
    request_method="POST",
    renderer="json",
)
def submit_annotation(panel: Panel, request: Request) -> dict[str, Any]:
    """Keep what was drawn: ``target`` is the path of a study or slide below the patient."""
    sent = json_of(request.body)
    target = _target(panel, sent.pop("target", ""))
    annotation = annotate(panel, target, sent, request.actor)
    return told(opened(annotation, target, request.registry), request)


@view_config(
    context=Annotation,
    name="change",
    permission=Permission.ANNOTATION_EDIT,
    request_method="POST",
    renderer="json",
)
def submit_change(annotation: Annotation, request: Request) -> dict[str, Any]:
    """Keep what became of a drawing."""
    change_annotation(annotation, json_of(request.body), request.actor)
    target = target_of(annotation, request.actor)
    if target is None:
        raise HTTPNotFound()
    return told(opened(annotation, target, request.registry), request)


@view_config(
    context=Annotation,
    name="remove",
    permission=Permission.ANNOTATION_EDIT,
    request_method="POST",
    renderer="json",
)
def submit_removal(annotation: Annotation, request: Request) -> dict[str, Any]:
    """Remove a drawing."""
    remove_annotation(annotation, request.actor)
    return {"removed": True}


@view_config(context=Annotation, permission=Permission.ANNOTATION_VIEW, audited=False)
def annotation_place(annotation: Annotation, request: Request) -> Response:
    """Lead to where it was drawn: the viewer opens the same image, window and zoom."""
    target = target_of(annotation, request.actor)
    if target is None:
        raise HTTPNotFound()
    return HTTPSeeOther(request.resource_path(target, query={"annotation": annotation.__name__}))


@view_config(
    context=Annotation, name="document", permission=Permission.ANNOTATION_VIEW, audited=False
)
def annotation_document(annotation: Annotation, request: Request) -> Response:
    """Hand out the standard object: a DICOM structured report, or GeoJSON."""
    content_type, suffix = _TYPES[annotation.form]
    content = annotation.document(request.registry)
    announce(request.registry, Viewed(annotation, request.actor, "annotation.document"))
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="annotation.{suffix}"'
    return response
