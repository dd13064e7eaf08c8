"""What the portal must know of a stored instance to list and show it, from its header."""

from __future__ import annotations

import math
from typing import Any

from cpms_portal.imaging.deidentification.elements import PIXEL_DATA, Dataset
from cpms_portal.imaging.deidentification.heads import FEATURES, SHOWN
from cpms_portal.imaging.deidentification.reader import File, read_file
from cpms_portal.imaging.deidentification.returning import days_in
from cpms_portal.imaging.deidentification.syntaxes import BIG_ENDIAN, DEFLATED, NATIVE, VIDEO
from cpms_portal.imaging.deidentification.text import ASCII, character_sets, decoded
from cpms_portal.imaging.frames.selections import SELECTION, listed_in

STUDY, SERIES, INSTANCE = 0x0020000D, 0x0020000E, 0x00080018
SOP_CLASS = 0x00080016
_NUMBERS = {
    "rows": 0x00280010,
    "columns": 0x00280011,
    "samples": 0x00280002,
    "allocated": 0x00280100,
    "stored": 0x00280101,
    "signed": 0x00280103,
    "planar": 0x00280006,
    "frames": 0x00280008,
    "number": 0x00200013,
}
_LISTS = {
    "spacing": 0x00280030,
    "slope": 0x00281053,
    "intercept": 0x00281052,
    "center": 0x00281050,
    "width": 0x00281051,
}
_IMAGER_SPACING = 0x00181164
_FRAME_TIME, _CINE_RATE, _SHOWN_RATE = 0x00181063, 0x00180040, 0x00082144
_POSITION, _ORIENTATION, _FRAME_OF_REFERENCE = 0x00200032, 0x00200037, 0x00200052
Facts = dict[str, Any]


def numbers_of(text: str) -> list[float]:
    """Return the numbers of a DS value; empty when it holds something else."""
    try:
        found = [float(part) for part in text.split("\\") if part.strip()]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def text_of(dataset: Dataset, tag: int) -> str:
    """Return a text value in its character set."""
    element, charset = dataset.find(tag), dataset.find(0x00080005)
    if element is None or element.items is not None:
        return ""
    encodings = character_sets(charset.raw) if charset and charset.items is None else ASCII
    return decoded(element.raw, encodings).strip(" \0")


def _anywhere(dataset: Dataset, tag: int) -> str:
    """Return the first value of a tag at any depth (enhanced objects keep theirs in groups)."""
    found = dataset.text(tag)
    if found:
        return found
    for element, level in dataset.everything():
        if element.tag == tag and element.items is None:
            return level.text(tag)
    return ""


def _of_length(dataset: Dataset, tag: int, length: int) -> list[float] | None:
    """Return the numbers of a tag when there are as many as there must be, or None."""
    found = numbers_of(dataset.text(tag))
    return found if len(found) == length else None


def _along(dataset: Dataset) -> float | None:
    """Return where a slice lies along the normal of its plane, in mm (PS3.3 C.7.6.2)."""
    position = numbers_of(dataset.text(_POSITION))
    axes = numbers_of(dataset.text(_ORIENTATION))
    if len(position) != 3 or len(axes) != 6:
        return None
    (a, b, c), (d, e, f) = axes[:3], axes[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    return round(sum(n * p for n, p in zip(normal, position, strict=True)), 3)


def _rate(dataset: Dataset) -> float | None:
    """Return how many frames a second a clip is played with (PS3.3 C.7.6.5), or None."""
    each = numbers_of(dataset.text(_FRAME_TIME))
    told = dataset.number(_SHOWN_RATE) or dataset.number(_CINE_RATE)
    rate = told or (1000 / each[0] if each and each[0] > 0 else 0)
    return round(float(rate), 2) if 0 < rate <= 1000 else None


def facts_of(content: bytes) -> Facts:
    """Return the facts of a stored instance: identifiers, shape, window, where its pixels lie."""
    return facts_in(read_file(content))


def facts_in(file: File) -> Facts:
    """Return the facts of an instance that was taken apart already."""
    dataset = file.dataset
    facts: Facts = {name: dataset.number(tag) for name, tag in _NUMBERS.items()}
    for name, tag in _LISTS.items():
        values = numbers_of(_anywhere(dataset, tag))
        facts[name] = values[:2] if name == "spacing" else values[0] if values else None
    facts["spacing"] = facts["spacing"] or numbers_of(dataset.text(_IMAGER_SPACING))[:2]
    facts |= {
        "uid": dataset.text(INSTANCE),
        "sop_class": dataset.text(SOP_CLASS),
        "study_uid": dataset.text(STUDY),
        "series_uid": dataset.text(SERIES),
        "syntax": file.syntax,
        "modality": dataset.text(0x00080060)[:16],
        "photometric": dataset.text(0x00280004),
        "along": _along(dataset),
        "rate": _rate(dataset),
        "position": _of_length(dataset, _POSITION, 3),
        "orientation": _of_length(dataset, _ORIENTATION, 6),
        "frame_of_reference": dataset.text(_FRAME_OF_REFERENCE),
        "study_description": text_of(dataset, 0x00081030),
        "series_description": text_of(dataset, 0x0008103E),
        "series_number": dataset.number(0x00200011),
        "study_date": dataset.text(0x00080020),
        "days": days_in(dataset),
    }
    if facts["sop_class"] == SELECTION:
        facts["listed"] = listed_in(dataset)
    return facts | _pixel_place(file.syntax, dataset) | _face_place(file.syntax, dataset)


def _face_place(syntax: str, dataset: Dataset) -> Facts:
    """Return whether an instance is of a head, and where it says that a face may be seen."""
    features = dataset.find(FEATURES)
    if features is None or features.raw != SHOWN:
        return {"head": False}
    return {"head": True, "face": -1 if syntax == DEFLATED else features.value}


def _pixel_place(syntax: str, dataset: Dataset) -> Facts:
    """Return where native pixels start, so that a frame is one ranged read; where a video lies."""
    pixels = dataset.find(PIXEL_DATA)
    if pixels is None or pixels.items is not None:
        return {"pixels": None}
    if syntax in VIDEO:
        start, end = (pixels.fragments or [])[-1]
        return {"pixels": None, "video": [start, end - start]}
    direct = syntax in NATIVE and syntax not in (DEFLATED, BIG_ENDIAN)
    return {"pixels": pixels.value if direct and pixels.fragments is None else -1}
