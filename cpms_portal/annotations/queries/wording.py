"""What a drawing is called, and what it measures, in words."""

from __future__ import annotations

from typing import Any

from cpms_portal.annotations.interfaces import Measurement
from cpms_portal.annotations.queries.layers import Opened
from cpms_portal.core.i18n import _

TITLES = {
    "length": _("Length"),
    "angle": _("Angle"),
    "rectangle": _("Rectangle"),
    "ellipse": _("Ellipse"),
    "freehand": _("Outline"),
    "probe": _("Value"),
    "arrow": _("Arrow"),
    "text": _("Note"),
    "key": _("Key image"),
    "Point": _("Point on a slide"),
    "LineString": _("Line on a slide"),
    "Polygon": _("Region on a slide"),
}
UNITS = {
    "mm2": "mm²",
    "deg": "°",
    "[hnsf'U]": "HU",
    "{pixels}": "px",
    "{pixels}2": "px²",
    "1": "",
}
#: Measurements worth a place in a line, in this order.
_FIRST = ("length", "angle", "value", "mean", "area")


def figure(measured: Measurement) -> str:
    """Return a measured value with its unit."""
    unit = UNITS.get(measured.unit, measured.unit)
    places = 0 if measured.name in ("value", "area") else 1
    return f"{measured.value:.{places}f} {unit}".strip()


def title_of(one: Opened | None) -> tuple[Any, str]:
    """Return what an annotation is, and what it says or measures."""
    if one is None:
        return _("Annotation"), ""
    if one.drawing is None:
        feature = one.feature or {}
        kind = feature["geometry"]["type"]
        return TITLES[kind], str(feature["properties"].get("text", ""))
    found = {m.name: m for m in one.drawing.measurements}
    figures = [figure(found[name]) for name in _FIRST if name in found]
    said = " · ".join(part for part in (one.drawing.text, *figures[:2]) if part)
    return TITLES[one.drawing.kind], said
