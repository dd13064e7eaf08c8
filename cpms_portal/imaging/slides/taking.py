"""Take a slide: recognise it, and seal what was made anew from its tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cpms_portal.imaging.deidentification.identity import Finder
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.slides.drawing import completed
from cpms_portal.imaging.slides.hamamatsu import lens_of, ndpi_levels
from cpms_portal.imaging.slides.makers import pixel_of, tiled_slide
from cpms_portal.imaging.slides.pyramid import Pyramid
from cpms_portal.imaging.slides.tiff import MARKS, TIFFFile
from cpms_portal.imaging.slides.writing import Plan, Told, nobody, written
from cpms_portal.storage.streams import seal_stream


@dataclass
class TakenSlide:
    """A slide sealed into a file. ``digest``: of what was sealed, so that it is known again."""

    path: Path
    size: int
    digest: str
    pyramid: Pyramid


def may_be_slide(head: bytes) -> bool:
    """Say whether a file begins like a TIFF, and not like a DICOM file that is one as well."""
    return head[:4] in MARKS and head[128:132] != b"DICM"


def plan_of(stream: BinaryIO, size: int, finder: Finder) -> Plan:
    """Return what is to be stored of a slide; RefusedError or WithheldError when nothing is."""
    file = TIFFFile(stream, size)
    if file.ndpi:
        first, levels = file.directories[0], ndpi_levels(file, finder.in_bytes)
        return Plan(completed(levels), pixel_of(first), lens_of(first), largest=2 * size)
    found = tiled_slide(file, finder.in_bytes)
    return Plan(completed(found.levels), found.pixel, found.magnification, largest=2 * size)


def _hashed(parts: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for part in parts:
        digest.update(part)
        yield part


def sealed_slide(
    plan: Plan, key: bytes, label: str, path: Path, *, told: Told = nobody
) -> TakenSlide:
    """Seal a planned slide into a file, tile by tile."""
    digest = hashlib.sha256()
    with path.open("wb") as out:
        size = seal_stream(key, label.encode(), _hashed(written(plan, told), digest), out)
    if plan.pyramid is None:
        raise RefusedError("unreadable")
    return TakenSlide(path, size, digest.hexdigest(), plan.pyramid)
