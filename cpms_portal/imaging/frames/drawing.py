"""A frame as a small picture, with the window of the file or one made from its values."""

from __future__ import annotations

import io

import numpy
from PIL import Image

from cpms_portal.imaging.frames.decoding import Frame
from cpms_portal.imaging.ingest.facts import Facts

SIDE = 160
#: The longest side of a picture on the plain page.
LARGE_SIDE = 1024


def window_of(frame: Frame, facts: Facts) -> tuple[float, float]:
    """Return centre and width in stored values after rescale; from the values when none is told."""
    center, width = facts.get("center"), facts.get("width")
    if center is not None and width and width > 0:
        return float(center), float(width)
    values = frame.values()[::4, ::4] * (facts.get("slope") or 1.0) + (facts.get("intercept") or 0)
    low, high = numpy.percentile(values, (1, 99)) if values.size else (0.0, 1.0)
    return float(low + high) / 2, max(float(high - low), 1.0)


def thumbnail(frame: Frame, facts: Facts, side: int = SIDE) -> bytes:
    """Return a JPEG of at most 160 (or so many) pixels a side."""
    if frame.kind == "rgb":
        picture = Image.fromarray(frame.values())
    else:
        step = max(1, max(frame.rows, frame.columns) // (2 * side))
        values = frame.values()[::step, ::step].astype(numpy.float32)
        values = values * (facts.get("slope") or 1.0) + (facts.get("intercept") or 0.0)
        center, width = window_of(frame, facts)
        grey = numpy.clip((values - (center - width / 2)) / width * 255, 0, 255)
        if facts.get("photometric") == "MONOCHROME1":
            grey = 255 - grey
        picture = Image.fromarray(grey.astype(numpy.uint8))
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
