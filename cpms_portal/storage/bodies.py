"""What is sent and answered waits, when it is large, in a temporary file nobody can read.

The web server keeps large requests and answers in temporary files. They hold originals, so
they are encrypted with a key that never leaves memory (AES-256-CTR; the file dies with its
process and is nobody's to keep, so it needs no proof of being whole).
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from typing import Any

import waitress.buffers
import webob.request
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pyramid.config import Configurator

_BLOCK = 16


class BodyFile(io.RawIOBase):
    """A temporary file that is read and written at any place, in the clear for its holder only."""

    def __init__(self) -> None:
        super().__init__()
        self._key = secrets.token_bytes(32)
        self._file = tempfile.TemporaryFile("w+b", buffering=0)  # noqa: SIM115  # closed by close
        self._turners: dict[int, Any] = {}
        self._at = 0
        self._end = 0

    def _turned(self, content: Any, at: int) -> bytes:
        """Return bytes encrypted, or decrypted, as they stand from a place on."""
        turner = self._turners.pop(at, None)
        if turner is None:
            first, skipped = divmod(at, _BLOCK)
            counter = modes.CTR(first.to_bytes(_BLOCK, "big"))
            turner = Cipher(algorithms.AES(self._key), counter).encryptor()
            turner.update(bytes(skipped))
        turned: bytes = turner.update(content)
        # Who goes on where this ends, as nearly everybody does, finds the stream where it stands.
        if len(self._turners) > 1:
            self._turners.clear()
        self._turners[at + len(turned)] = turner
        return turned

    def readable(self) -> bool:
        """Say yes."""
        return True

    writable = seekable = readable

    def tell(self) -> int:
        """Return where reading and writing stand."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def write(self, content: Any) -> int:
        """Write at the place where the file stands; what was not written yet holds no zeros."""
        turned = self._turned(content, self._at)
        done = 0
        while done < len(turned):
            done += os.pwrite(self._file.fileno(), turned[done:], self._at + done)
        self._at += len(turned)
        self._end = max(self._end, self._at)
        return len(turned)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end."""
        raw = os.pread(self._file.fileno(), len(buffer), self._at)
        buffer[: len(raw)] = self._turned(raw, self._at)
        self._at += len(raw)
        return len(raw)

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes, fewer only at the end; None or -1: all that is left."""
        wanted = self._end - self._at if size is None or size < 0 else size
        wanted = max(min(wanted, self._end - self._at), 0)
        raw = b""
        while len(raw) < wanted:
            raw += os.pread(self._file.fileno(), wanted - len(raw), self._at + len(raw))
        content = self._turned(raw, self._at)
        self._at += len(content)
        return content

    def close(self) -> None:
        """Give the file up; it has no name and is gone."""
        self._file.close()
        super().close()


class _BodyBuffer(waitress.buffers.FileBasedBuffer):
    """A buffer of the web server over such a file."""

    def __init__(self, from_buffer: Any = None) -> None:
        super().__init__(self.newfile(), from_buffer)

    def newfile(self) -> BodyFile:
        """Return an empty file."""
        return BodyFile()


def includeme(config: Configurator) -> None:
    """Let the web server and WebOb keep large bodies so."""
    waitress.buffers.TempfileBasedBuffer = _BodyBuffer
    webob.request.BaseRequest.make_tempfile = lambda _request: BodyFile()
