"""A reader of TIFF directories that trusts nothing: TIFF 6.0, BigTIFF and Hamamatsu's NDPI."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy

from cpms_portal.imaging.deidentification.reasons import RefusedError

MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MOST_DIRECTORIES = 200
MOST_ENTRIES = 2_000
MOST_VALUES = 8_000_000
#: Hamamatsu's private mark of a file whose offsets have more than 32 bits.
NDPI = 65420
_TYPES = {1: "u1", 2: "S1", 3: "u2", 4: "u4", 5: "u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4",
          10: "i4", 11: "f4", 12: "f8", 13: "u4", 16: "u8", 17: "i8", 18: "u8"}  # fmt: skip
_RATIONAL = (5, 10)


@dataclass(frozen=True)
class Entry:
    """Where the values of a tag lie. ``place``: offset in the file."""

    kind: int
    count: int
    place: int

    @property
    def width(self) -> int:
        """Bytes of all values."""
        return (
            numpy.dtype(_TYPES[self.kind]).itemsize
            * self.count
            * (2 if self.kind in _RATIONAL else 1)
        )


class Directory:
    """An image file directory: the tags of one picture."""

    def __init__(self, file: TIFFFile, entries: dict[int, Entry]) -> None:
        self._file = file
        self.entries = entries

    def __contains__(self, tag: int) -> bool:
        return tag in self.entries

    def values(self, tag: int) -> Any:
        """Return the values of a tag as an array; empty when it is missing."""
        entry = self.entries.get(tag)
        if entry is None or entry.count > MOST_VALUES:
            return numpy.zeros(0, "u8")
        raw = self._file.read(entry.place, entry.width)
        found = numpy.frombuffer(raw, self._file.order + _TYPES[entry.kind])
        if entry.kind in _RATIONAL:
            return found[::2] / numpy.maximum(found[1::2], 1)
        return found

    def number(self, tag: int, default: int = 0) -> int:
        """Return the first value of a tag as a whole number."""
        found = self.values(tag)
        return int(found[0]) if len(found) and found.dtype.kind in "ui" else default

    def measure(self, tag: int) -> float:
        """Return the first value of a tag as a number; 0 when there is none."""
        found = self.values(tag)
        return float(found[0]) if len(found) and found.dtype.kind in "uif" else 0.0

    def raw(self, tag: int, most: int = 1 << 20) -> bytes:
        """Return the bytes of a tag, at most so many."""
        entry = self.entries.get(tag)
        return self._file.read(entry.place, min(entry.width, most)) if entry else b""


class TIFFFile:
    """The directories of a TIFF. RefusedError when they are cut off, cyclic or absurd."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self.size = size
        head = self.read(0, 16)
        if head[:4] not in MARKS:
            raise RefusedError("no_slide")
        self.order = "<" if head[:2] == b"II" else ">"
        self.big = head[:4] in (b"II+\0", b"MM\0+")
        self.ndpi = False
        first = self._first(head)
        self.directories = self._chain(first)
        if not self.big and NDPI in self.directories[0]:
            self.ndpi = True
            self.directories = self._chain(self._number(head[4:12], "u8"))

    def _first(self, head: bytes) -> int:
        if not self.big:
            return self._number(head[4:8], "u4")
        if head[4:8] != struct.pack(self.order + "HH", 8, 0):
            raise RefusedError("slide_damaged")
        return self._number(head[8:16], "u8")

    def _number(self, raw: bytes, kind: str) -> int:
        return int(numpy.frombuffer(raw, self.order + kind)[0])

    def read(self, place: int, length: int) -> bytes:
        """Return bytes of the file; RefusedError when it ends before."""
        if place < 0 or length < 0 or place + length > self.size:
            raise RefusedError("cut_off")
        self._stream.seek(place, io.SEEK_SET)
        found = self._stream.read(length)
        if len(found) != length:
            raise RefusedError("cut_off")
        return found

    def _chain(self, place: int) -> list[Directory]:
        seen: set[int] = set()
        found = []
        while place:
            if place in seen or len(seen) >= MOST_DIRECTORIES:
                raise RefusedError("slide_damaged")
            seen.add(place)
            directory, place = self._directory(place)
            found.append(directory)
        if not found:
            raise RefusedError("slide_damaged")
        return found

    def _directory(self, place: int) -> tuple[Directory, int]:
        counter, width, link = ("u8", 20, "u8") if self.big else ("u2", 12, "u4")
        if self.ndpi:
            link = "u8"
        head = numpy.dtype(counter).itemsize
        count = self._number(self.read(place, head), counter)
        if not 0 < count <= MOST_ENTRIES:
            raise RefusedError("slide_damaged")
        start = place + head
        after = start + count * width
        size = numpy.dtype(link).itemsize
        raw = self.read(start, count * width + size)
        upper = numpy.zeros(count, "u4")
        if self.ndpi:
            upper = numpy.frombuffer(self.read(after + 8, 4 * count), "<u4")
        entries: dict[int, Entry] = {}
        for at in range(count):
            own = raw[at * width : (at + 1) * width]
            self._enter(entries, own, start + at * width, int(upper[at]) << 32)
        return Directory(self, entries), self._number(raw[-size:], link)

    def _enter(self, entries: dict[int, Entry], raw: bytes, place: int, upper: int) -> None:
        tag, kind = self._number(raw[0:2], "u2"), self._number(raw[2:4], "u2")
        if kind not in _TYPES:
            return
        room = 8 if self.big else 4
        count = self._number(raw[4 : 4 + room], "u8" if self.big else "u4")
        value = raw[4 + room :]
        inline = Entry(kind, count, place + 4 + room)
        if inline.width > room:
            far = self._number(value, "u8" if self.big else "u4") | upper
            entries[tag] = Entry(kind, count, far)
        elif not upper:
            entries[tag] = inline
