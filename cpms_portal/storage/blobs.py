"""Sealed blobs: large private content, streamed in and out, readable at any place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from persistent import Persistent
from pyramid.registry import Registry
from ZODB.blob import Blob

from cpms_portal.storage.keys import keyring
from cpms_portal.storage.streams import open_range, seal_stream


class SealedBlob(Persistent):
    """A blob sealed with the key of a patient. ``size`` counts the open bytes."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self.size = 0
        self.blob = Blob()

    @classmethod
    def write(cls, registry: Registry, key_id: str, parts: Iterable[bytes]) -> SealedBlob:
        """Return a new blob filled from parts, never held in memory as a whole."""
        made = cls(key_id)
        with made.blob.open("w") as out:
            key = keyring(registry).key(key_id)
            made.size = seal_stream(key, key_id.encode(), parts, out)
        return made

    @classmethod
    def take_over(cls, key_id: str, path: Path, size: int) -> SealedBlob:
        """Return a blob that takes over a file already sealed by ``seal_stream`` for this key."""
        made = cls(key_id)
        made.blob.consumeFile(str(path))
        made.size = size
        return made

    def read(self, registry: Registry) -> Iterator[bytes]:
        """Yield the content."""
        return self.read_range(registry, 0, self.size)

    def read_range(self, registry: Registry, start: int, length: int) -> Iterator[bytes]:
        """Return the bytes [start, start + length), bit by bit.

        File and key are taken at once: a response is sent after the connection was closed.
        """
        key, label = keyring(registry).key(self.key_id), self.key_id.encode()
        source, size = self.blob.open("r"), self.size
        return _closing(source, open_range(key, label, source, size, start=start, length=length))


def _closing(source: BinaryIO, parts: Iterator[bytes]) -> Iterator[bytes]:
    with source:
        yield from parts
