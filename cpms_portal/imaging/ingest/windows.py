"""Files of an upload as streams that can be read at any place, never whole in memory."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cpms_portal.storage.streams import CHUNK, open_range, seal_stream

_LABEL = b"scratch"


class _Placed(io.RawIOBase):
    """A stream of known size that knows where it stands."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        part = self._part(self._at, min(len(buffer), max(self.size - self._at, 0)))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _part(self, start: int, length: int) -> bytes:
        raise NotImplementedError


class Window(_Placed):
    """A part of another stream, as a stream."""

    def __init__(self, stream: BinaryIO, place: int, size: int) -> None:
        super().__init__(size)
        self._stream, self._place = stream, place

    def _part(self, start: int, length: int) -> bytes:
        if not length:
            return b""
        self._stream.seek(self._place + start)
        return self._stream.read(length)


class Scratch(_Placed):
    """What came out of a ZIP, sealed with a key that lives in memory only; gone when closed."""

    def __init__(self, path: Path, parts: Iterator[bytes]) -> None:
        super().__init__(0)
        self._path, self._key = path, secrets.token_bytes(32)
        with path.open("wb") as out:
            self.size = seal_stream(self._key, _LABEL, parts, out)
        self._sealed = path.open("rb")
        self._number, self._chunk = -1, b""

    def _part(self, start: int, length: int) -> bytes:
        if not length:
            return b""
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
