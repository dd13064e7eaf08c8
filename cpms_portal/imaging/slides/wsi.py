"""Slides in DICOM: VL Whole Slide Microscopy (PS3.3 A.32.8). Each instance is a level.

Its frames stay where they lie in the pack of their series. What is made here says where each
tile lies, and the smaller levels the scanner did not send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy

from cpms_portal.imaging.deidentification.elements import PIXEL_DATA, Dataset, Element
from cpms_portal.imaging.deidentification.reader import File
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.slides.drawing import completed
from cpms_portal.imaging.slides.jpegs import shape_of
from cpms_portal.imaging.slides.layers import Form, Layer
from cpms_portal.imaging.slides.writing import Plan

WHOLE_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
_CODINGS = {
    "1.2.840.10008.1.2.4.50": ("jpeg", 7),
    "1.2.840.10008.1.2.4.90": ("jpeg2000", 33005),
    "1.2.840.10008.1.2.4.91": ("jpeg2000", 33005),
    "1.2.840.10008.1.2.1": ("raw", 1),
    "1.2.840.10008.1.2": ("raw", 1),
}
_WIDTH, _HEIGHT, _PLANES = 0x00480006, 0x00480007, 0x00480303
_FRAME_PLACE, _ACROSS, _DOWN = 0x0048021A, 0x0048021E, 0x0048021F
_SPACING, _POWER = 0x00280030, 0x00480112
_CONCATENATION, _PART, _PARTS, _FIRST_FRAME = 0x00209161, 0x00209162, 0x00209163, 0x00209228


@dataclass(frozen=True)
class Tiled:
    """A level or a part of one: its form, and where its tiles lie in the pack.

    pixel: micrometres. concatenation: the UID of an object that was cut into instances because
    it was too large (PS3.3 C.7.6.16.2.2.4), empty when it was not; part: which it is, and of how
    many, 0 when it does not say.
    """

    form: Form
    offsets: Any
    counts: Any
    pixel: tuple[float, float]
    magnification: float
    concatenation: str = ""
    part: tuple[int, int] = (0, 0)


def _long(dataset: Dataset, tag: int) -> int:
    """Return an unsigned or signed long (UL, SL), 0 when there is none."""
    element = dataset.find(tag)
    if element is None or element.items is not None or element.end - element.value != 4:
        return 0
    return int.from_bytes(element.raw, "little" if dataset.encoding.little else "big", signed=True)


def _decimals(dataset: Dataset, tag: int) -> list[float]:
    for element, level in dataset.everything():
        if element.tag == tag and element.items is None:
            try:
                return [float(one) for one in level.text(tag).split("\\") if one.strip()]
            except ValueError:
                return []
    return []


def _form(file: File) -> Form | None:
    """Return the form of a level; None when it is packed in a way that is not shown."""
    dataset = file.dataset
    coding = _CODINGS.get(file.syntax)
    photometric, samples = dataset.text(0x00280004), dataset.number(0x00280002) or 0
    known = samples in (1, 3) and dataset.number(0x00280100) == 8 and photometric != "PALETTE COLOR"
    if coding is None or not known or (samples == 3 and dataset.number(0x00280006)):
        return None
    if coding[0] == "raw" and photometric not in ("RGB", "MONOCHROME2"):
        return None
    form = Form(
        _long(dataset, _WIDTH), _long(dataset, _HEIGHT),
        dataset.number(0x00280011) or 0, dataset.number(0x00280010) or 0,
        coding=coding[0], compression=coding[1],
        photometric=2 if photometric == "RGB" else 6 if samples == 3 else 1, samples=samples,
    )  # fmt: skip
    form.check()
    return form


def _frames(file: File, form: Form) -> list[tuple[int, int]]:
    """Return start and end of each frame in the file; empty when they cannot be told apart."""
    pixels = file.dataset.find(PIXEL_DATA)
    count = file.dataset.number(0x00280008) or 1
    if pixels is None:
        return []
    if pixels.fragments is not None:
        # The first fragment is the table of offsets (PS3.5 A.4).
        found = pixels.fragments[1:]
        return found if len(found) == count and _are_true(pixels, found, form) else []
    size = form.tile_width * form.tile_height * form.samples
    if pixels.value + size * count > pixels.end:
        return []
    return [(pixels.value + size * one, pixels.value + size * (one + 1)) for one in range(count)]


def _are_true(pixels: Element, frames: list[tuple[int, int]], form: Form) -> bool:
    """Say whether each frame is as large as announced."""
    for start, end in frames:
        shape = shape_of(bytes(pixels.source[start:end]))
        if (shape.width, shape.height) != (form.tile_width, form.tile_height):
            return False
    return True


def _places(dataset: Dataset, form: Form, count: int) -> list[int] | None:
    """Return the number of the tile each frame is: by its position, else one after the other."""
    found = []
    for element, _level in dataset.everything():
        if element.tag == _FRAME_PLACE and element.items:
            across = _long(element.items[0], _ACROSS) - 1
            down = _long(element.items[0], _DOWN) - 1
            column, beside = divmod(across, form.tile_width)
            row, below = divmod(down, form.tile_height)
            inside = 0 <= column < form.columns and 0 <= row < form.rows
            if beside or below or not inside:
                return None
            found.append(row * form.columns + column)
    if found:
        return found if len(found) == count else None
    planes = _long(dataset, _PLANES) or 1
    first = _long(dataset, _FIRST_FRAME) if dataset.text(_CONCATENATION) else 0
    whole = count == form.count or (dataset.text(_CONCATENATION) and count <= form.count)
    if not whole or planes != 1 or not 0 <= first <= form.count - count:
        return None
    return list(range(first, first + count))


def tiled(file: File, at: int) -> Tiled | None:
    """Return where the tiles of an instance lie that begins at a place of its pack, or None."""
    dataset = file.dataset
    if dataset.text(0x00080016) != WHOLE_SLIDE:
        return None
    try:
        form = _form(file)
        frames = _frames(file, form) if form else []
    except RefusedError:
        return None
    places = _places(dataset, form, len(frames)) if form and frames else None
    if form is None or places is None:
        return None
    offsets, counts = numpy.zeros(form.count, "<u8"), numpy.zeros(form.count, "<u4")
    for place, (start, end) in zip(places, frames, strict=True):
        # What lies behind another frame is another focal plane or stain: the first is shown.
        if not counts[place]:
            offsets[place], counts[place] = at + start, end - start
    spacing = _decimals(dataset, _SPACING)
    # Row spacing comes first, in millimetres (PS3.3 10.7.1.3).
    pixel = (spacing[1] * 1000, spacing[0] * 1000) if len(spacing) == 2 else (0.0, 0.0)
    sane = all(0.01 < one < 1000 for one in pixel)
    power = (_decimals(dataset, _POWER) or [0.0])[0]
    rounded = (round(pixel[0], 4), round(pixel[1], 4)) if sane else (0.0, 0.0)
    part = dataset.number(_PART) or 0, dataset.number(_PARTS) or 0
    return Tiled(
        form, offsets, counts, rounded, power if 0.1 < power < 400 else 0.0,
        concatenation=dataset.text(_CONCATENATION), part=part,
    )  # fmt: skip


def put_together(levels: list[Tiled]) -> list[Tiled]:
    """Return levels whole: parts of a concatenation become one; those that lack a part are none."""
    found = [level for level in levels if not level.concatenation]
    cut: dict[tuple[str, Form], list[Tiled]] = {}
    for level in levels:
        if level.concatenation:
            cut.setdefault((level.concatenation, level.form), []).append(level)
    return found + [_joined(parts) for parts in cut.values() if _is_whole(parts)]


def _is_whole(parts: list[Tiled]) -> bool:
    """Say whether no part is missing, by what they say, else by whether each tile is there."""
    total = max(level.part[1] for level in parts)
    if total:
        return {level.part[0] for level in parts} == set(range(1, total + 1))
    return bool(sum(level.counts.astype(bool) for level in parts).all())


def _joined(parts: list[Tiled]) -> Tiled:
    offsets, counts = parts[0].offsets.copy(), parts[0].counts.copy()
    for part in parts[1:]:
        new = (counts == 0) & (part.counts > 0)
        offsets[new], counts[new] = part.offsets[new], part.counts[new]
    return replace(parts[0], offsets=offsets, counts=counts)


class PackLayer:
    """A level whose tiles stay in their pack. read: (place, length) → bytes of the pack."""

    def __init__(self, level: Tiled, read: Callable[[int, int], bytes]) -> None:
        self.form = level.form
        self._level, self._read = level, read

    def same_as(self, number: int) -> Any:
        """Say that no tiles share their bytes."""
        return None

    def tile(self, number: int) -> bytes:
        """Return a tile."""
        offset, count = int(self._level.offsets[number]), int(self._level.counts[number])
        return self._read(offset, count) if count else b""


def plan_of_pack(levels: list[Tiled], read: Callable[[int, int], bytes]) -> Plan | None:
    """Return the plan of a slide whose levels lie in a pack; None when there is no slide.

    Levels of one width are shown once: more focal planes and stains cannot be told apart.
    """
    by_width: dict[int, Tiled] = {}
    for level in put_together(levels):
        by_width.setdefault(level.form.width, level)
    ordered = sorted(by_width.values(), key=lambda one: one.form.width, reverse=True)
    if not ordered:
        return None
    layers: list[Layer] = [PackLayer(level, read) for level in ordered]
    stays = {number: (level.offsets, level.counts) for number, level in enumerate(ordered)}
    return Plan(completed(layers), ordered[0].pixel, ordered[0].magnification, stays=stays)
