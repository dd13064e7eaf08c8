"""A spooled upload as a file that can be read at any place, opened piece by piece."""

from __future__ import annotations

import io
from bisect import bisect_right
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cpms_portal.storage.keys import NONCE


class SpooledFile(io.RawIOBase):
    """Reads the sealed pieces of one upload in the spool; keeps one piece open at a time.

    place: the folder of the upload. Needs no registry, so that workers can use it.
    """

    def __init__(self, place: Path) -> None:
        super().__init__()
        self._cipher = AESGCM((place / "key").read_bytes())
        self._pieces = sorted(place.glob("piece-*"))
        spans = [tuple(map(int, piece.name.split("-")[1:3])) for piece in self._pieces]
        self._starts = [start for start, _ in spans]
        self.size = sum(length for _, length in spans)
        self._at = 0
        self._number = -1
        self._piece = b""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return where reading stands."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from one piece; 0 at the end."""
        if self._at >= self.size or not len(buffer):
            return 0
        self._open(bisect_right(self._starts, self._at) - 1)
        start = self._at - self._starts[self._number]
        part = memoryview(self._piece)[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _open(self, number: int) -> None:
        if number == self._number:
            return
        raw = self._pieces[number].read_bytes()
        label = str(self._starts[number]).encode()
        self._piece = self._cipher.decrypt(raw[:NONCE], raw[NONCE:], label)
        self._number = number
