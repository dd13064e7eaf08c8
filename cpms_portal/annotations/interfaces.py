"""What is drawn, as every part of the portal and its viewers hand it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Kinds of drawings on a radiological image → how many points each has (least, most).
KINDS = {
    "length": (2, 2),
    "angle": (3, 3),
    "rectangle": (4, 4),
    "ellipse": (4, 4),
    "freehand": (3, 2000),
    "probe": (1, 1),
    "arrow": (2, 2),
    "text": (1, 1),
    "key": (0, 0),
}
#: Kinds of drawings on a slide: the geometry types of GeoJSON (RFC 7946).
GEOMETRIES = ("Point", "LineString", "Polygon")
MOST_TEXT = 500


@dataclass(frozen=True)
class Measurement:
    """A measured value. name: ``length``, ``angle``, ``area``, ``mean`` … unit: UCUM."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Drawing:
    """One thing drawn on one frame of an image.

    points: column and row in pixels, (0, 0) the outer corner of the first pixel (PS3.3
    C.18.6.1.1); the corners of a rectangle in turn; for an ellipse the ends of the major, then
    of the minor axis. frame: counted from 0.
    """

    kind: str
    series: str
    instance: int
    frame: int = 0
    points: tuple[tuple[float, float], ...] = ()
    text: str = ""
    measurements: tuple[Measurement, ...] = ()
    view: dict[str, Any] = field(default_factory=dict)
