"""A row of bytes that comes piece by piece, as a file to read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


class Streamed(io.RawIOBase):
    """Reads what an iterator yields; holds one piece at a time."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._held = memoryview(b"")

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the piece that is held, or the next; 0 at the end."""
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = memoryview(piece)
        part = self._held[: len(buffer)]
        buffer[: len(part)] = part
        self._held = self._held[len(part) :]
        return len(part)


def as_file(pieces: Iterator[bytes]) -> io.BufferedReader:
    """Return pieces as a file whose ``read`` gives as much as is asked for."""
    return io.BufferedReader(Streamed(pieces), 1 << 20)
