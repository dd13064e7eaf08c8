"""A file that is encrypted and read at any place (AES-256-CTR), while it is written and after."""

from __future__ import annotations

import io
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from cpms_portal.storage.placed import Placed

_BLOCK = 16


class TurnedFile(Placed):
    """A file in the clear for its holder only.

    opened: the number of an open file, which is closed with this. key: 32 bytes, for this
    file alone. size: how many bytes lie in it already.
    """

    def __init__(self, opened: int, key: bytes, size: int = 0) -> None:
        super().__init__(size)
        self.key = key
        self._opened = opened
        self._turners: dict[int, Any] = {}

    def fileno(self) -> int:
        """Return the number of the open file; what lies there is encrypted."""
        return self._opened

    def _turned(self, content: Any, at: int) -> bytes:
        """Return bytes encrypted, or decrypted, as they stand from a place on."""
        turner = self._turners.pop(at, None)
        if turner is None:
            first, skipped = divmod(at, _BLOCK)
            counter = modes.CTR(first.to_bytes(_BLOCK, "big"))
            turner = Cipher(algorithms.AES(self.key), counter).encryptor()
            turner.update(bytes(skipped))
        turned: bytes = turner.update(content)
        # Who goes on where this ends, as nearly everybody does, finds the stream where it stands.
        if len(self._turners) > 1:
            self._turners.clear()
        self._turners[at + len(turned)] = turner
        return turned

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, content: Any) -> int:
        """Write at the place where the file stands; what was not written yet holds no zeros."""
        turned = memoryview(self._turned(content, self._at))
        done = 0
        while done < len(turned):
            done += os.pwrite(self._opened, turned[done:], self._at + done)
        self._at += len(turned)
        self.size = max(self.size, self._at)
        return len(turned)

    def _part(self, start: int, length: int) -> bytes:
        raw = os.pread(self._opened, length, start)
        if not raw:
            raise io.UnsupportedOperation("the file is shorter than it was")
        return self._turned(raw, start)

    def close(self) -> None:
        """Give the file up; one without a name is gone then."""
        if not self.closed:
            os.close(self._opened)
        super().close()
