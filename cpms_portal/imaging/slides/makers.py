"""Which directories of a TIFF are the slide, and the three numbers that are worth keeping.

Aperio (SVS) and generic pyramids: tiled directories of one shape. Labels, macro images and
thumbnails are recognised by being none: what is not certainly a level is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.slides.comparing import shows_the_same
from cpms_portal.imaging.slides.kinds import named_levels, spacing_in, words_of
from cpms_portal.imaging.slides.layers import (
    DESCRIPTION,
    TILE_OFFSETS,
    TILE_WIDTH,
    Form,
    InBytes,
    Layer,
    tiled_form,
    tiled_layer,
)
from cpms_portal.imaging.slides.tiff import Directory, TIFFFile

_X_RESOLUTION, _Y_RESOLUTION, _UNIT, _SUBFILE = 282, 283, 296, 254
_NUMBER = rb"\s*[=:]\s*\"?(\d{1,4}(?:[.,]\d{1,8})?)(?![\d.,])"
_PIXEL = re.compile(rb"\bMPP" + _NUMBER)
_MAGNIFICATION = re.compile(rb"\b(?:AppMag|ObjectiveMagnification)" + _NUMBER)
_OBJECTIVE = re.compile(rb"<objective>(\d{1,3}(?:\.\d{1,4})?)</objective>")
#: Words by which a directory says that it is no level.
_OTHER = re.compile(rb"label|macro|thumbnail|overview|barcode|preview|probe", re.IGNORECASE)
_PER_UNIT = {2: 25_400.0, 3: 10_000.0}
_SAME_SHAPE = 0.02


def is_tiled(directory: Directory) -> bool:
    """Say whether a directory is tiled."""
    return TILE_WIDTH in directory and TILE_OFFSETS in directory


def _bounded(value: float, least: float, most: float) -> float:
    """Return a number that can be true, rounded, else 0."""
    return round(value, 4) if least < value < most else 0.0


def _named(pattern: re.Pattern[bytes], text: bytes) -> float:
    found = pattern.search(text)
    return float(found[1].replace(b",", b".")) if found else 0.0


def pixel_of(directory: Directory) -> tuple[float, float]:
    """Return the size of a pixel in micrometres, from the description or the resolution."""
    named = _named(_PIXEL, directory.raw(DESCRIPTION))
    if named:
        both = _bounded(named, 0.01, 100)
        return both, both
    unit = _PER_UNIT.get(directory.number(_UNIT, 2), 0.0)
    per = directory.measure(_X_RESOLUTION), directory.measure(_Y_RESOLUTION)
    if not unit or not all(per):
        return 0.0, 0.0
    across, down = (_bounded(unit / one, 0.01, 100) for one in per)
    return (across, down) if across and down else (0.0, 0.0)


def magnification_of(directory: Directory) -> float:
    """Return the magnification of the objective; 0 when it is not said."""
    return _bounded(_named(_MAGNIFICATION, directory.raw(DESCRIPTION)), 0.1, 400)


def _is_other(directory: Directory) -> bool:
    """Say whether a directory names itself a label, a macro image or a thumbnail."""
    # Behind the first bar Aperio writes properties, among them names of files.
    return bool(_OTHER.search(directory.raw(DESCRIPTION).partition(b"|")[0]))


def _is_level(directory: Directory, form: Form, first: Form) -> bool:
    """Say whether a directory is a smaller level of the first one."""
    # Bit 0 of NewSubfileType is "reduced"; 9 is what Aperio calls its macro image.
    if directory.number(_SUBFILE) not in (0, 1) or _is_other(directory):
        return False
    across, down = first.width / form.width, first.height / form.height
    return across > 1.2 and abs(across / down - 1) < _SAME_SHAPE + 2 / min(form.width, form.height)


@dataclass(frozen=True)
class Tiled:
    """The levels of a tiled slide, and what is known of the largest.

    pixel: micrometres across and down; magnification: of the objective; 0 when not said.
    """

    levels: list[Layer]
    pixel: tuple[float, float]
    magnification: float


def tiled_slide(file: TIFFFile, in_bytes: InBytes) -> Tiled:
    """Return the levels of a tiled slide, the largest first.

    RefusedError when it is none; WithheldError when labels cannot be told from levels.
    """
    words = words_of(file)
    directories = named_levels(file, words) if words else file.directories
    first = directories[0]
    if not is_tiled(first):
        raise RefusedError("no_slide")
    if not words and _is_other(first):
        raise WithheldError("slide_label")
    spacing = _bounded(spacing_in(words), 0.01, 100)
    return Tiled(
        _levels(file, directories, in_bytes),
        (spacing, spacing) if spacing else pixel_of(first),
        magnification_of(first) or _bounded(_named(_OBJECTIVE, words), 0.1, 400),
    )


def _levels(file: TIFFFile, directories: list[Directory], in_bytes: InBytes) -> list[Layer]:
    largest = tiled_layer(file, directories[0], in_bytes)
    if not largest.counts.any():
        raise RefusedError("slide_damaged")
    found: list[Layer] = [largest]
    for directory in directories[1:]:
        if not is_tiled(directory):
            continue
        try:
            form = tiled_form(directory)
        except WithheldError:
            continue
        smaller = form.width < found[-1].form.width
        if smaller and _is_level(directory, form, found[0].form):
            layer = tiled_layer(file, directory, in_bytes)
            if shows_the_same(found[-1], layer):
                found.append(layer)
    return found
