"""How a client wants a picture: window, viewport, quality (PS3.18 section 8.3.5)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.frames.rendering import LARGEST_SIDE, LINEAR, SHAPES, Part, Wish

_ANNOTATIONS = ("patient", "technique")
_PROFILES = ("no", "yes", "srgb", "adobergb", "rommrgb")
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


class PictureRefusedError(CPMSError):
    """The picture wanted makes no sense."""

    def __init__(self) -> None:
        super().__init__(_("Window, viewport or quality cannot be read."))


def wish_of(parameters: Mapping[str, str], kind: str, side: int = 0) -> Wish:
    """Return the picture that is wanted. side: the box of a thumbnail when none is given."""
    try:
        window, shape = _window(parameters.get("window", ""))
        size, part = _viewport(parameters.get("viewport", ""))
        quality = int(parameters.get("quality", "85"))
    except (ValueError, OverflowError) as error:
        raise PictureRefusedError from error
    if not 1 <= quality <= 100:
        raise PictureRefusedError
    if size is None and side:
        size = (side, side)
    return Wish(window, size, part, FORMATS[kind], quality, shape)


def left_undone(parameters: Mapping[str, str]) -> list[str]:
    """Return what is wanted and not done, in the words of PS3.18; refused when it is no keyword.

    Pictures are never written on, and no colour profile is put into them.
    """
    notes = _keywords(parameters.get("annotation", ""), _ANNOTATIONS)
    profile = _keywords(parameters.get("iccprofile", ""), _PROFILES)
    said = []
    if notes:
        said.append(f"The following annotation values are not supported: {', '.join(notes)}")
    if profile not in ([], ["no"]):
        said.append("The iccprofile parameter is not supported.")
    return said


def _keywords(text: str, known: tuple[str, ...]) -> list[str]:
    found = [one.strip() for one in text.split(",") if one.strip()]
    if not set(found) <= set(known):
        raise PictureRefusedError
    return found


def _window(text: str) -> tuple[tuple[float, float] | None, str]:
    if not text:
        return None, LINEAR
    center, width, *rest = text.split(",")
    found, shape = (float(center), float(width)), rest[0] if rest else LINEAR
    sensible = math.isfinite(found[0]) and 0 < found[1] < 1e9 and shape in SHAPES
    if not sensible or len(rest) > 1 or (shape == LINEAR and found[1] < 1):
        raise PictureRefusedError
    return found, shape


def _viewport(text: str) -> tuple[tuple[int, int] | None, Part | None]:
    """Return the box of ``vw,vh`` and the part of ``sx,sy,sw,sh``; each of these may be empty."""
    if not text:
        return None, None
    width, height, *rest = text.split(",")
    size = int(width), int(height)
    if len(rest) not in (0, 4) or not all(0 < side <= LARGEST_SIDE for side in size):
        raise PictureRefusedError
    numbers = [float(one) if one.strip() else None for one in rest]
    if any(number is not None and not abs(number) < 1e9 for number in numbers):
        raise PictureRefusedError
    if not any(numbers):
        return size, None
    left, top, across, down = numbers
    if (left or 0) < 0 or (top or 0) < 0 or 0 in (across, down):
        raise PictureRefusedError
    return size, Part(left or 0, top or 0, across, down)
