"""Hamamatsu's NDPI: each level is one JPEG, cut here at its restart markers into tiles.

Between two restart markers (ITU-T T.81, B.2.1) the coded data stand alone, so a tile is put
together from them bit by bit: nothing is decoded, nothing is coded again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.slides.layers import HEIGHT, LARGEST_TILE, WIDTH, Form, InBytes, Layer
from cpms_portal.imaging.slides.tiff import Directory, TIFFFile

_STRIP_OFFSETS, _STRIP_COUNTS = 273, 279
_LENS, _FOCUS = 65421, 65424
_LONGEST_HEAD = 64 * 1024
_BLOCK = 16 * 1024 * 1024
_TALL = 512
_KEPT = frozenset((0xDB, 0xC4, 0xDD))
_FIRST_RESTART, _END = 0xD0, 0xD9
#: What may stand within coded data: restart markers, and nothing that holds words.
_WITHIN = range(0xD0, 0xD8)


@dataclass(frozen=True)
class _Head:
    """What the JPEG of a level says. Sizes in pixels; ``interval`` is the width of a part."""

    tables: bytes
    frame: bytes
    scan: bytes
    length: int
    interval: int
    unit: tuple[int, int]


def _segments(raw: bytes) -> tuple[dict[int, bytes], list[bytes], int]:
    """Return the last segment of each kind, the tables, and where the scan begins."""
    at, found, tables = 2, {}, []
    while raw[at : at + 1] == b"\xff" and at + 4 <= len(raw):
        code, size = raw[at + 1], int.from_bytes(raw[at + 2 : at + 4])
        if size < 2:
            break
        found[code] = raw[at : at + 2 + size]
        if code in _KEPT:
            tables.append(found[code])
        at += 2 + size
        if code == 0xDA:
            return found, tables, at
    raise RefusedError("slide_damaged")


def _head(raw: bytes) -> _Head:
    if raw[:2] != b"\xff\xd8":
        raise WithheldError("pixel_format")
    found, tables, length = _segments(raw)
    frame = found.get(0xC0)
    if frame is None or len(frame) < 19 or frame[9] != 3 or frame[4] != 8:
        raise WithheldError("pixel_format")
    factors = [frame[11 + 3 * part] for part in range(3)]
    across, down = (8 * max(one >> 4 for one in factors), 8 * max(one & 15 for one in factors))
    restart = int.from_bytes(found[0xDD][4:6]) if 0xDD in found else 0
    if not across or not down:
        raise RefusedError("slide_damaged")
    return _Head(b"".join(tables), frame, found[0xDA], length, restart * across, (across, down))


class RestartLayer:
    """A level whose JPEG is cut into tiles as wide as its restart interval."""

    def __init__(self, file: TIFFFile, directory: Directory, in_bytes: InBytes) -> None:
        self._file = file
        place, size = directory.number(_STRIP_OFFSETS), directory.number(_STRIP_COUNTS)
        self._head = _head(file.read(place, min(_LONGEST_HEAD, size)))
        if in_bytes(self._head.tables + self._head.frame):
            raise WithheldError("pixel_format")
        width, height = directory.number(WIDTH), directory.number(HEIGHT)
        interval = self._head.interval
        across, down = self._head.unit
        if not interval or -(-width // across) * across % interval or interval > LARGEST_TILE:
            raise WithheldError("slide_kind")
        self._lines = max(_TALL // down, 1)
        self.form = Form(width, height, interval, self._lines * down)
        self.form.check()
        self._starts = self._parts(place + self._head.length, place + size)
        self._band: tuple[int, bytes] = (-1, b"")

    def _parts(self, start: int, end: int) -> Any:
        """Return where each part begins, and where the last ends."""
        found = [numpy.array([start], "u8")]
        for at in range(start, end, _BLOCK):
            marks, codes = self._marks(at, min(_BLOCK + 1, end - at))
            ends = marks[codes == _END]
            if len(ends):
                end = int(ends[0])
                marks, codes = marks[marks < end], codes[marks < end]
            if not numpy.isin(codes, list(_WITHIN)).all():
                raise RefusedError("slide_damaged")
            found.append(marks[codes >= _FIRST_RESTART] + 2)
            if at + _BLOCK >= end:
                break
        starts = numpy.concatenate([*found, numpy.array([end + 2], "u8")])
        needed = self.form.columns * -(-self.form.height // self._head.unit[1])
        if len(starts) != needed + 1:
            raise RefusedError("slide_damaged")
        return starts

    def _marks(self, at: int, length: int) -> tuple[Any, Any]:
        """Return where markers stand in a piece of the coded data, and their codes."""
        block = numpy.frombuffer(self._file.read(at, length), "u1")
        marks = numpy.flatnonzero(block[:-1] == 0xFF)
        codes = block[marks + 1]
        true = (codes != 0x00) & (codes != 0xFF)
        return (marks[true] + at).astype("u8"), codes[true]

    def same_as(self, number: int) -> Any:
        """Say that no tiles share their bytes."""
        return None

    def tile(self, number: int) -> bytes:
        """Return a tile: its own head, and the parts below each other.

        Below the slide the last part is repeated, so that all tiles have one size.
        """
        row, column = divmod(number, self.form.columns)
        first, band = self._rows(row)
        begin = int(self._starts[first])
        last = min(first + self._lines * self.form.columns, len(self._starts) - 1)
        parts = []
        for part in range(first + column, last, self.form.columns):
            start, end = int(self._starts[part]) - begin, int(self._starts[part + 1]) - 2 - begin
            parts.append(band[start:end])
        parts += [parts[-1]] * (self._lines - len(parts))
        marked = [bytes((0xFF, 0xD0 + line % 8)) + part for line, part in enumerate(parts[1:])]
        return b"".join([self._beginning, parts[0], *marked, b"\xff\xd9"])

    def _rows(self, row: int) -> tuple[int, bytes]:
        """Return the number of the first part of a row of tiles, and the bytes of all of them."""
        first = row * self._lines * self.form.columns
        if self._band[0] != row:
            last = min(first + self._lines * self.form.columns, len(self._starts) - 1)
            begin, end = int(self._starts[first]), int(self._starts[last])
            if end - begin > 1 << 30:
                raise RefusedError("too_large")
            self._band = row, self._file.read(begin, end - 2 - begin) + b"\0\0"
        return first, self._band[1]

    @property
    def _beginning(self) -> bytes:
        form, head = self.form, self._head
        size = form.tile_height.to_bytes(2) + form.tile_width.to_bytes(2)
        return b"\xff\xd8" + head.tables + head.frame[:5] + size + head.frame[9:] + head.scan


def ndpi_levels(file: TIFFFile, in_bytes: InBytes) -> list[Layer]:
    """Return the levels of an NDPI in focus, the largest first; macro image and map are left out.

    Levels without restart markers are left out too, and drawn anew from the ones before.
    """
    chosen = [
        directory
        for directory in file.directories
        if directory.measure(_LENS) > 0 and not directory.measure(_FOCUS)
    ]
    chosen.sort(key=lambda directory: directory.number(WIDTH), reverse=True)
    if not chosen:
        raise RefusedError("no_slide")
    found: list[Layer] = [RestartLayer(file, chosen[0], in_bytes)]
    for directory in chosen[1:]:
        try:
            found.append(RestartLayer(file, directory, in_bytes))
        except WithheldError:
            break
    return found


def lens_of(directory: Directory) -> float:
    """Return the magnification of the objective; 0 when it is not said."""
    lens = directory.measure(_LENS)
    return round(lens, 2) if 0.1 < lens < 400 else 0.0
