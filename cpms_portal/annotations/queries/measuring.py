"""What a drawing measures: worked out here from the stored pixels, not taken from a browser."""

from __future__ import annotations

import math

import numpy
from PIL import Image, ImageDraw

from cpms_portal.annotations.interfaces import Drawing, Measurement
from cpms_portal.imaging.frames.decoding import Frame
from cpms_portal.imaging.ingest.facts import Facts

#: CT, enhanced CT and its legacy conversion (PS3.4 B.5).
_TOMOGRAPHY = {f"1.2.840.10008.5.1.4.1.1.2{end}" for end in ("", ".1", ".2")}
_REGIONS = ("rectangle", "ellipse", "freehand")


def spacing_of(facts: Facts) -> tuple[float, float, str]:
    """Return the size of a pixel, down and across, and the unit: mm when it is known."""
    found = facts.get("spacing") or []
    if len(found) == 2 and all(number > 0 for number in found):
        return float(found[0]), float(found[1]), "mm"
    return 1.0, 1.0, "{pixels}"


def measured(drawing: Drawing, facts: Facts, frame: Frame | None) -> tuple[Measurement, ...]:
    """Return the measurements of a drawing. frame: its pixels, for a region or a probe."""
    down, across, unit = spacing_of(facts)
    places = [(column * across, row * down) for column, row in drawing.points]
    if drawing.kind == "length":
        return (Measurement("length", math.dist(*places), unit),)
    if drawing.kind == "angle":
        return (Measurement("angle", _angle(places), "deg"),)
    if drawing.kind in _REGIONS:
        area = Measurement("area", _area(drawing.kind, places), f"{unit}2")
        return (area, *_statistics(drawing, facts, frame))
    if drawing.kind == "probe":
        return _probed(drawing, facts, frame)
    return ()


def _angle(places: list[tuple[float, float]]) -> float:
    (ax, ay), (bx, by), (cx, cy) = places
    first, second = math.atan2(ay - by, ax - bx), math.atan2(cy - by, cx - bx)
    turned = abs(math.degrees(first - second)) % 360
    return min(turned, 360 - turned)


def _area(kind: str, places: list[tuple[float, float]]) -> float:
    if kind == "ellipse":
        return math.pi * math.dist(places[0], places[1]) * math.dist(places[2], places[3]) / 4
    turned = places[1:] + places[:1]
    cross = sum(a * d - b * c for (a, b), (c, d) in zip(places, turned, strict=True))
    return abs(cross) / 2


def _values(frame: Frame, facts: Facts) -> numpy.ndarray:
    slope, intercept = facts.get("slope"), facts.get("intercept")
    values = frame.values().astype(numpy.float64)
    return values * (1.0 if slope is None else slope) + (intercept or 0.0)


def _outline(drawing: Drawing) -> list[tuple[float, float]]:
    if drawing.kind != "ellipse":
        return list(drawing.points)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = drawing.points
    middle = ((ax + bx) / 2, (ay + by) / 2)
    major, minor = ((bx - ax) / 2, (by - ay) / 2), ((dx - cx) / 2, (dy - cy) / 2)
    turns = (2 * math.pi * step / 180 for step in range(180))
    return [
        (
            middle[0] + major[0] * math.cos(turn) + minor[0] * math.sin(turn),
            middle[1] + major[1] * math.cos(turn) + minor[1] * math.sin(turn),
        )
        for turn in turns
    ]


def _statistics(drawing: Drawing, facts: Facts, frame: Frame | None) -> tuple[Measurement, ...]:
    """Return mean, deviation, least and most of the pixels whose middle lies in a region."""
    if frame is None or frame.kind == "rgb":
        return ()
    mask = Image.new("1", (frame.columns, frame.rows))
    # The middle of the first pixel is at 0.5, where Pillow says 0.
    outline = [(column - 0.5, row - 0.5) for column, row in _outline(drawing)]
    ImageDraw.Draw(mask).polygon(outline, fill=1, outline=0)
    inside = _values(frame, facts)[numpy.asarray(mask)]
    if not inside.size:
        return ()
    unit = unit_of(facts)
    found = {
        "mean": inside.mean(),
        "deviation": inside.std(),
        "least": inside.min(),
        "most": inside.max(),
    }
    return tuple(Measurement(name, float(value), unit) for name, value in found.items())


def _probed(drawing: Drawing, facts: Facts, frame: Frame | None) -> tuple[Measurement, ...]:
    column, row = (math.floor(number) for number in drawing.points[0])
    if frame is None or frame.kind == "rgb":
        return ()
    if not (0 <= column < frame.columns and 0 <= row < frame.rows):
        return ()
    value = float(_values(frame, facts)[row, column])
    return (Measurement("value", value, unit_of(facts)),)


def unit_of(facts: Facts) -> str:
    """Return the unit of a pixel's value in UCUM: Hounsfield for computed tomography."""
    return "[hnsf'U]" if facts.get("sop_class") in _TOMOGRAPHY else "1"
