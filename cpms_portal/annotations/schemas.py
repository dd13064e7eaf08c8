"""What a viewer may send: a drawing on an image, or a GeoJSON Feature on a slide."""

from __future__ import annotations

import json
import math
from typing import Any

import colander

from cpms_portal.annotations.interfaces import GEOMETRIES, KINDS, MOST_TEXT
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.schemas import FARTHEST, PointSchema, ViewSchema

MOST_POINTS = 5000


class PointsSchema(colander.SequenceSchema):
    """The points of a drawing."""

    point = PointSchema()


class DrawingSchema(colander.MappingSchema):
    """One drawing on a frame."""

    kind = colander.SchemaNode(colander.String(), validator=colander.OneOf(list(KINDS)))
    series = colander.SchemaNode(colander.String(), validator=colander.Length(max=16))
    instance = colander.SchemaNode(colander.Integer(), validator=colander.Range(0, 10_000_000))
    frame = colander.SchemaNode(
        colander.Integer(), missing=0, validator=colander.Range(0, 10_000_000)
    )
    points = PointsSchema(missing=(), validator=colander.Length(max=MOST_POINTS))
    text = colander.SchemaNode(
        colander.String(), missing="", validator=colander.Length(max=MOST_TEXT)
    )
    view = ViewSchema(missing=colander.drop)

    def validator(self, node: colander.SchemaNode, found: dict[str, Any]) -> None:
        """Hold the number of points against the kind; an arrow and a text say something."""
        least, most = KINDS[found["kind"]]
        if not least <= len(found["points"]) <= most:
            raise colander.Invalid(node, _("This drawing is not complete."))
        if found["kind"] == "text" and not found["text"].strip():
            raise colander.Invalid(node, _("Write something first."))


def _numbers_in(coordinates: Any) -> int:
    """Return how many numbers coordinates hold; ValueError when they hold something else."""
    if isinstance(coordinates, int | float) and not isinstance(coordinates, bool):
        if not math.isfinite(coordinates) or abs(coordinates) > FARTHEST:
            raise ValueError(coordinates)
        return 1
    if not isinstance(coordinates, list) or not coordinates or len(coordinates) > MOST_POINTS:
        raise ValueError("coordinates")
    return sum(_numbers_in(one) for one in coordinates)


_DEPTHS = {"Point": 1, "LineString": 2, "Polygon": 3}


def _depth(coordinates: Any) -> int:
    return 1 + _depth(coordinates[0]) if isinstance(coordinates, list) else 0


def feature_of(sent: Any) -> dict[str, Any]:
    """Return a GeoJSON Feature (RFC 7946) as it is kept; ValueRefusedError when it is none.

    geometry: Point, LineString or Polygon in pixels of the largest level. properties: ``text``
    is kept, and ``kind``; whatever else was sent is left out.
    """
    refused = ValueRefusedError(_("This drawing is not complete."))
    try:
        geometry, properties = sent["geometry"], sent.get("properties") or {}
        kind, coordinates = geometry["type"], geometry["coordinates"]
        text, named = str(properties.get("text", "")), str(properties.get("kind", ""))
        if sent["type"] != "Feature" or kind not in GEOMETRIES:
            raise refused
        if _depth(coordinates) != _DEPTHS[kind] or _numbers_in(coordinates) > 2 * MOST_POINTS:
            raise refused
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise refused from error
    if len(text) > MOST_TEXT or len(named) > 16:
        raise refused
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": {"text": text, "kind": named},
    }


def drawing_of(sent: Any) -> dict[str, Any]:
    """Return a drawing that was sent, checked; ValueRefusedError when it is none."""
    try:
        return dict(DrawingSchema().deserialize(sent))
    except colander.Invalid as error:
        said = next((text for text in error.messages() if text), None)
        raise ValueRefusedError(said or _("This drawing is not complete.")) from error


def view_of(sent: Any) -> dict[str, Any]:
    """Return how a slide was seen, checked; empty when nothing was sent."""
    if not sent:
        return {}
    try:
        return dict(ViewSchema().deserialize(sent))
    except colander.Invalid as error:
        raise ValueRefusedError(_("This drawing is not complete.")) from error


def json_of(body: bytes) -> dict[str, Any]:
    """Return a JSON object that was sent; ValueRefusedError when it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueRefusedError(_("This drawing is not complete.")) from error
    if not isinstance(found, dict):
        raise ValueRefusedError(_("This drawing is not complete."))
    return found
