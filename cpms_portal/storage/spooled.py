"""A spooled upload as a stream that can be read at any place. Needs no registry: workers use it."""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cpms_portal.storage.keys import NONCE
from cpms_portal.storage.placed import Placed
from cpms_portal.storage.turned import TurnedFile

BODY = "body"
Spans = list[tuple[int, int]]


class _Pieces(Placed):
    """Reads the sealed pieces of one upload; keeps one piece open at a time."""

    def __init__(self, place: Path, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._pieces = sorted(place.glob("piece-*"))
        spans = [tuple(map(int, piece.name.split("-")[1:3])) for piece in self._pieces]
        self._starts = [start for start, _ in spans]
        super().__init__(sum(length for _, length in spans))
        self._number = -1
        self._piece = memoryview(b"")

    def _part(self, start: int, length: int) -> memoryview:
        self._open(bisect_right(self._starts, start) - 1)
        begin = start - self._starts[self._number]
        return self._piece[begin : begin + length]

    def _open(self, number: int) -> None:
        if number == self._number:
            return
        raw = self._pieces[number].read_bytes()
        label = str(self._starts[number]).encode()
        self._piece = memoryview(self._cipher.decrypt(raw[:NONCE], memoryview(raw)[NONCE:], label))
        self._number = number


def spooled(place: Path) -> Placed:
    """Return what arrived of an upload. place: its folder in the spool."""
    key = (place / "key").read_bytes()
    if (place / BODY).exists():
        opened = os.open(place / BODY, os.O_RDONLY)
        return TurnedFile(opened, key, os.fstat(opened).st_size)
    return _Pieces(place, key)


def spans_of(place: Path) -> Spans | None:
    """Return where the files of an upload lie, (start, length), if it was said; else None."""
    return json.loads((place / "about").read_text()).get("spans")
