"""A frame as a picture for somebody who only looks: window, size, part, format (PS3.18 8.3.5)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy
from PIL import Image

from cpms_portal.imaging.frames.decoding import Frame, FrameError
from cpms_portal.imaging.frames.drawing import window_of
from cpms_portal.imaging.ingest.facts import Facts

LARGEST_SIDE = 8192


@dataclass(frozen=True)
class Wish:
    """How a picture is wanted.

    window: centre and width after rescale, None for that of the file. size: the box it fits in.
    part: left, top, width, height of the region, None for all. format: "JPEG" or "PNG".
    """

    window: tuple[float, float] | None = None
    size: tuple[int, int] | None = None
    part: tuple[int, int, int, int] | None = None
    format: str = "JPEG"
    quality: int = 85


def rendered(frame: Frame, facts: Facts, wish: Wish) -> bytes:
    """Return the picture."""
    values = frame.values()
    if wish.part is not None:
        left, top, width, height = wish.part
        values = values[max(top, 0) : top + height, max(left, 0) : left + width]
    if wish.size is not None:
        # What will be thrown away is not drawn first.
        down, across = values.shape[0] // (2 * wish.size[1]), values.shape[1] // (2 * wish.size[0])
        step = max(1, down, across)
        values = values[::step, ::step]
    if not values.size:
        raise FrameError
    picture = Image.fromarray(values if frame.kind == "rgb" else _grey(values, frame, facts, wish))
    if wish.size is not None:
        picture = _fitted(picture, wish.size)
    out = io.BytesIO()
    options = {"quality": wish.quality} if wish.format == "JPEG" else {"compress_level": 3}
    picture.save(out, wish.format, **options)
    return out.getvalue()


def _fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    scale = min(size[0] / picture.width, size[1] / picture.height)
    side = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(side, Image.Resampling.BILINEAR)


def _grey(values: numpy.ndarray, frame: Frame, facts: Facts, wish: Wish) -> numpy.ndarray:
    """Return grey values by a linear window (PS3.3 C.11.2.1.2), by a table when there are few."""
    slope, intercept = facts.get("slope") or 1.0, facts.get("intercept") or 0.0
    center, width = wish.window or window_of(frame, facts)
    inverted = facts.get("photometric") == "MONOCHROME1"

    def shade(stored: numpy.ndarray) -> numpy.ndarray:
        grey = ((stored * slope + intercept) - (center - width / 2)) / max(width, 1e-6) * 255
        grey = numpy.clip(grey, 0, 255)
        return (255 - grey if inverted else grey).astype(numpy.uint8)

    kind = values.dtype
    if kind.itemsize > 2 or kind.kind == "f" or values.size < 1 << 16:
        return shade(values.astype(numpy.float32))
    count = 1 << (8 * kind.itemsize)
    every = numpy.arange(count, dtype=f"u{kind.itemsize}").view(kind.newbyteorder("="))
    table = shade(every.astype(numpy.float32))
    return table[values.view(f"<u{kind.itemsize}")]
