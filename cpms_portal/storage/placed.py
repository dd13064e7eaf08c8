"""Streams of known size that can be read at any place, never whole in memory."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cpms_portal.storage.streams import CHUNK, open_range, seal_stream

_LABEL = b"scratch"


class Placed(io.RawIOBase):
    """A stream that knows its size and where it stands; kinds of it say where a part comes from."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    seekable = readable

    def tell(self) -> int:
        """Return where reading stands."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, or a part of it; 0 at the end."""
        part = self._next(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes, fewer only at the end; None or -1: all that is left."""
        wanted = self.size if size is None or size < 0 else size
        found = self._next(wanted)
        parts = [found]
        while found and (wanted := wanted - len(found)):
            parts.append(found := self._next(wanted))
        return bytes(parts[0]) if len(parts) == 1 else b"".join(parts)

    def _next(self, length: int) -> bytes | memoryview:
        wanted = min(length, max(self.size - self._at, 0))
        part = self._part(self._at, wanted) if wanted else b""
        self._at += len(part)
        return part

    def _part(self, start: int, length: int) -> bytes | memoryview:
        """Return what lies at a place: at least one byte, at most ``length``, which fits."""
        raise NotImplementedError


class Window(Placed):
    """A part of another stream, as a stream."""

    def __init__(self, stream: BinaryIO, place: int, size: int) -> None:
        super().__init__(size)
        self._stream, self._place = stream, place

    def _part(self, start: int, length: int) -> bytes:
        self._stream.seek(self._place + start)
        return self._stream.read(length)


class Scratch(Placed):
    """What came out of a ZIP, sealed with a key that lives in memory only; gone when closed."""

    def __init__(self, path: Path, parts: Iterator[bytes]) -> None:
        super().__init__(0)
        self._path, self._key = path, secrets.token_bytes(32)
        with path.open("wb") as out:
            self.size = seal_stream(self._key, _LABEL, parts, out)
        self._sealed = path.open("rb")
        self._number, self._chunk = -1, b""

    def _part(self, start: int, length: int) -> bytes:
        number = start // CHUNK
        if number != self._number:
            opened = open_range(self._key, _LABEL, self._sealed, self.size,
                                start=number * CHUNK, length=CHUNK)  # fmt: skip
            self._number, self._chunk = number, b"".join(opened)
        begin = start - number * CHUNK
        return self._chunk[begin : begin + length]

    def close(self) -> None:
        """Forget it."""
        if not self.closed:
            self._sealed.close()
            self._path.unlink(missing_ok=True)
        super().close()
