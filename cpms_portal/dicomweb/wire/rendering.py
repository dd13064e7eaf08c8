"""How a client wants a picture: window, viewport, quality (PS3.18 section 8.3.5)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.frames.rendering import LARGEST_SIDE, Wish

_FUNCTIONS = ("linear", "linear-exact")
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


class PictureRefusedError(CPMSError):
    """The picture wanted makes no sense."""

    def __init__(self) -> None:
        super().__init__(_("Window, viewport or quality cannot be read."))


def wish_of(parameters: Mapping[str, str], kind: str, side: int = 0) -> Wish:
    """Return the picture that is wanted. side: the box of a thumbnail when none is given."""
    try:
        window = _window(parameters.get("window", ""))
        size, part = _viewport(parameters.get("viewport", ""))
        quality = int(parameters.get("quality", "85"))
    except (ValueError, OverflowError) as error:
        raise PictureRefusedError from error
    if not 1 <= quality <= 100:
        raise PictureRefusedError
    if size is None and side:
        size = (side, side)
    return Wish(window, size, part, FORMATS[kind], quality)


def _window(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    parts = text.split(",")
    center, width = float(parts[0]), float(parts[1]) if len(parts) > 1 else 0.0
    function = parts[2] if len(parts) > 2 else "linear"
    if not (math.isfinite(center) and 0 < width < 1e9) or function not in _FUNCTIONS:
        raise PictureRefusedError
    return center, width


def _viewport(text: str) -> tuple[tuple[int, int] | None, tuple[int, int, int, int] | None]:
    if not text:
        return None, None
    numbers = [int(float(part)) if part else 0 for part in text.split(",")]
    if len(numbers) not in (2, 6) or not all(0 < side <= LARGEST_SIDE for side in numbers[:2]):
        raise PictureRefusedError
    size = (numbers[0], numbers[1])
    if len(numbers) == 2:
        return size, None
    left, top, width, height = numbers[2:]
    if width <= 0 or height <= 0 or left < 0 or top < 0:
        raise PictureRefusedError
    return size, (left, top, width, height)
