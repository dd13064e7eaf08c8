"""A frame as a picture for somebody who only looks: window, size, part, format (PS3.18 8.3.5)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy
from PIL import Image

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.frames.decoding import Frame
from cpms_portal.imaging.frames.drawing import window_of
from cpms_portal.imaging.ingest.facts import Facts

LARGEST_SIDE = 8192
#: How a window makes grey of values (PS3.3 C.11.2.1.2 and C.11.2.1.3), as PS3.18 names it.
LINEAR, EXACT, SIGMOID = "linear", "linear-exact", "sigmoid"
SHAPES = (LINEAR, EXACT, SIGMOID)


class NothingThereError(CPMSError):
    """The part wanted lies beside the image."""

    def __init__(self) -> None:
        super().__init__(_("The part of the image that is wanted lies beside it."))


@dataclass(frozen=True)
class Part:
    """A part of an image in pixels; what is None reaches to the edge, what is negative is turned.

    A negative width mirrors left and right, a negative height top and bottom.
    """

    left: float
    top: float
    width: float | None = None
    height: float | None = None

    def cut(self, values: numpy.ndarray) -> numpy.ndarray:
        """Return the part of an image; NothingThereError when there is none."""
        left, top = round(self.left), round(self.top)
        right = None if self.width is None else left + max(1, round(abs(self.width)))
        bottom = None if self.height is None else top + max(1, round(abs(self.height)))
        found = values[top:bottom, left:right]
        if not found.size:
            raise NothingThereError
        across, down = (-1 if side and side < 0 else 1 for side in (self.width, self.height))
        return found[::down, ::across]


@dataclass(frozen=True)
class Wish:
    """How a picture is wanted.

    window: centre and width after rescale, None for that of the file. size: the box it fits in.
    part: the region of the image, None for all. format: "JPEG" or "PNG".
    """

    window: tuple[float, float] | None = None
    size: tuple[int, int] | None = None
    part: Part | None = None
    format: str = "JPEG"
    quality: int = 85
    shape: str = LINEAR


def rendered(frame: Frame, facts: Facts, wish: Wish) -> bytes:
    """Return the picture."""
    values = frame.values()
    if wish.part is not None:
        values = wish.part.cut(values)
    if wish.size is not None:
        # What will be thrown away is not drawn first.
        down, across = values.shape[0] // (2 * wish.size[1]), values.shape[1] // (2 * wish.size[0])
        step = max(1, down, across)
        values = values[::step, ::step]
    values = numpy.ascontiguousarray(values)
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
    """Return grey values by a window, by a table when there are few."""
    slope, intercept = facts.get("slope") or 1.0, facts.get("intercept") or 0.0
    window = wish.window or window_of(frame, facts)
    inverted = facts.get("photometric") == "MONOCHROME1"

    def shade(stored: numpy.ndarray) -> numpy.ndarray:
        grey = _windowed(stored * slope + intercept, window, wish.shape)
        return (255 - grey if inverted else grey).astype(numpy.uint8)

    kind = values.dtype
    if kind.itemsize > 2 or kind.kind == "f" or values.size < 1 << 16:
        return shade(values.astype(numpy.float32))
    count = 1 << (8 * kind.itemsize)
    every = numpy.arange(count, dtype=f"u{kind.itemsize}").view(kind.newbyteorder("="))
    table = shade(every.astype(numpy.float32))
    return table[values.view(f"<u{kind.itemsize}")]


def _windowed(values: numpy.ndarray, window: tuple[float, float], shape: str) -> numpy.ndarray:
    """Return values as grey from 0 to 255."""
    center, width = window
    if shape == SIGMOID:
        steps = numpy.clip((values - center) * (-4 / width), -80, 80)
        return 255 / (1 + numpy.exp(steps))
    if shape == LINEAR and width == 1:
        return numpy.where(values > center - 0.5, 255, 0)
    if shape == LINEAR and width > 1:
        # Narrower windows, of real values, are taken exactly.
        center, width = center - 0.5, width - 1
    return numpy.clip(((values - center) / width + 0.5) * 255, 0, 255)
