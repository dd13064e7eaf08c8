"""Directories of the BigTIFF that is stored: structure alone, no word and no date."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from cpms_portal.imaging.slides.layers import Form

_SHORT, _LONG, _RATIONAL, _UNDEFINED, _LONG8 = 3, 4, 5, 7, 16
_CENTIMETRE = 3


@dataclass(frozen=True)
class Places:
    """The arrays that say where the tiles of a level lie, and where these arrays lie."""

    offsets: Any
    counts: Any
    at_offsets: int
    at_counts: int


def _short(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def _array(values: Any, place: int) -> bytes:
    """Return the value field of an array: itself when it fits into eight bytes."""
    raw = bytes(values.tobytes())
    return raw if len(raw) <= 8 else place.to_bytes(8, "little")


def _tags(form: Form, places: Places, reduced: bool) -> list[tuple[int, int, int, bytes]]:
    """Return tag, type, count and value; an array stands for itself or for its place."""
    size = struct.Struct("<I").pack
    found = [
        (254, _LONG, 1, size(int(reduced))),
        (256, _LONG, 1, size(form.width)),
        (257, _LONG, 1, size(form.height)),
        (258, _SHORT, form.samples, _short(*[8] * form.samples)),
        (259, _SHORT, 1, _short(form.compression)),
        (262, _SHORT, 1, _short(form.photometric)),
        (277, _SHORT, 1, _short(form.samples)),
        (284, _SHORT, 1, _short(1)),
        (317, _SHORT, 1, _short(form.predictor)),
        (322, _LONG, 1, size(form.tile_width)),
        (323, _LONG, 1, size(form.tile_height)),
        (324, _LONG8, form.count, _array(places.offsets, places.at_offsets)),
        (325, _LONG, form.count, _array(places.counts, places.at_counts)),
    ]
    if form.compression != 5 and form.compression not in (8, 32946):
        found = [tag for tag in found if tag[0] != 317]
    return found


def _resolution(pixel: tuple[float, float]) -> list[tuple[int, int, int, bytes]]:
    """Return how many pixels a centimetre has: the size of a pixel, as TIFF says it."""
    if not all(pixel):
        return []
    across, down = (struct.pack("<II", round(10_000 * 1000 / one), 1000) for one in pixel)
    return [
        (282, _RATIONAL, 1, across),
        (283, _RATIONAL, 1, down),
        (296, _SHORT, 1, _short(_CENTIMETRE)),
    ]


def directory(
    form: Form, places: Places, at: int, *, reduced: bool, last: bool, pixel: tuple[float, float]
) -> bytes:
    """Return a directory that will lie at a place of the file (a multiple of eight).

    pixel: micrometres across and down, (0, 0) when unknown or for reduced levels.
    """
    tags = _tags(form, places, reduced) + _resolution(pixel)
    tables = b"\xff\xd8" + form.tables + b"\xff\xd9" if form.tables else b""
    if tables:
        tags.append((347, _UNDEFINED, len(tables), b""))
    end = at + 8 + 20 * len(tags) + 8
    raw = struct.pack("<Q", len(tags))
    for tag, kind, count, value in sorted(tags):
        field = end.to_bytes(8, "little") if tag == 347 else value.ljust(8, b"\0")
        raw += struct.pack("<HHQ", tag, kind, count) + field
    padded = tables + bytes(-(end + len(tables)) % 8)
    return raw + struct.pack("<Q", 0 if last else end + len(padded)) + padded
