"""Where files come from: a ZIP, a bundle of files from the browser, or files in memory."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.storage.placed import Scratch, Window

MOST_FILES = 10_000
LARGEST_RATIO = 100
_BUFFER = 64 * 1024
BUNDLE_MARK = b"CPMSFILES1\n"
_ENTRY = struct.Struct("<HQ")
_LONGEST_NAME = 1024


_UNPACKING_ERRORS = (
    zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, zlib.error,
    lzma.LZMAError, RuntimeError,
)  # fmt: skip


class SourceRefusedError(Exception):
    """The upload as a whole cannot be taken; ``code`` is a key of receipts.STOPPED."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """A file of an upload: its number, its size, and where it lies (meaning: the source's own)."""

    number: int
    size: int
    place: int


class Source(Protocol):
    """An upload as a row of files."""

    entries: list[Entry]

    def head(self, entry: Entry, length: int) -> bytes:
        """Return the first bytes of a file."""

    def read(self, entry: Entry) -> bytes:
        """Return a file."""

    def opened(self, entry: Entry, scratch: Path) -> BinaryIO:
        """Return a file as a stream; ``scratch``: a path that may be used, sealed, until closed."""


class RowSource:
    """Files that lie one after the other in a stream, anything between them."""

    def __init__(self, stream: BinaryIO, spans: Iterable[tuple[int, int]]) -> None:
        self._stream = stream
        self.entries = [
            Entry(number, length, start) for number, (start, length) in enumerate(spans)
        ]
        if len(self.entries) > MOST_FILES:
            raise SourceRefusedError("too_many_files")

    def head(self, entry: Entry, length: int) -> bytes:
        """Return the first bytes of a file."""
        self._stream.seek(entry.place)
        return self._stream.read(min(length, entry.size))

    def read(self, entry: Entry) -> bytes:
        """Return a file."""
        return self.head(entry, entry.size)

    def opened(self, entry: Entry, scratch: Path) -> BinaryIO:
        """Return a file as a stream: a window on the upload."""
        return io.BufferedReader(Window(self._stream, entry.place, entry.size), _BUFFER)


def spans_in_bundle(stream: BinaryIO, size: int) -> Iterator[tuple[int, int]]:
    """Yield where the files of a bundle lie, (start, length).

    For each stand there the length of its name and its size, the name, the content. Names
    are skipped unread: they often hold the name of a person.
    """
    at = len(BUNDLE_MARK)
    while at < size:
        stream.seek(at)
        header = stream.read(_ENTRY.size)
        if len(header) < _ENTRY.size:
            raise SourceRefusedError("cut_off")
        name_length, length = _ENTRY.unpack(header)
        at += _ENTRY.size + name_length
        if name_length > _LONGEST_NAME or at + length > size:
            raise SourceRefusedError("cut_off")
        yield at, length
        at += length


def entry_head(size: int) -> bytes:
    """Return what stands before a file without a name in a bundle."""
    return _ENTRY.pack(0, size)


def bundled(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield files as a bundle, the form the browser sends."""
    yield BUNDLE_MARK
    for name, content in files:
        raw = name.encode()[:_LONGEST_NAME]
        yield _ENTRY.pack(len(raw), len(content)) + raw
        yield content


class ZipSource:
    """A ZIP, checked before anything is unpacked; nothing is ever written under its names."""

    def __init__(self, stream: BinaryIO, largest: int) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OSError, struct.error) as error:
            raise SourceRefusedError("bad_zip") from error
        self._members = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(self._members) > MOST_FILES:
            raise SourceRefusedError("too_many_files")
        if sum(info.file_size for info in self._members) > largest:
            raise SourceRefusedError("too_large")
        for info in self._members:
            _check_member(info)
        self.entries = [
            Entry(number, info.file_size, number) for number, info in enumerate(self._members)
        ]

    def head(self, entry: Entry, length: int) -> bytes:
        """Return the first bytes of a file; empty when it does not unpack."""
        try:
            with self._zip.open(self._members[entry.place]) as member:
                return member.read(min(length, entry.size))
        except _UNPACKING_ERRORS:
            return b""

    def read(self, entry: Entry) -> bytes:
        """Return a file; never more than its announced size."""
        return self.head(entry, entry.size)

    def opened(self, entry: Entry, scratch: Path) -> BinaryIO:
        """Return a file as a stream: unpacked to the scratch; RefusedError when it does not."""
        try:
            return io.BufferedReader(Scratch(scratch, self._unpacked(entry)), _BUFFER)
        except _UNPACKING_ERRORS as error:
            raise RefusedError("cut_off") from error

    def _unpacked(self, entry: Entry) -> Iterator[bytes]:
        left = entry.size
        with self._zip.open(self._members[entry.place]) as member:
            while left and (part := member.read(min(left, 1 << 20))):
                left -= len(part)
                yield part


def _check_member(info: zipfile.ZipInfo) -> None:
    parts = info.filename.replace("\\", "/").split("/")
    if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise SourceRefusedError("unsafe_zip")
    if stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 1:
        raise SourceRefusedError("unsafe_zip")
    if info.file_size > max(info.compress_size, 1024) * LARGEST_RATIO:
        raise SourceRefusedError("zip_bomb")


def open_source(
    stream: BinaryIO, size: int, largest: int, spans: Iterable[tuple[int, int]] | None = None
) -> Source:
    """Return an upload as a row of files: a ZIP, a bundle, or a single file.

    spans: where its files lie, (start, length), when that is known already.
    """
    if spans is not None:
        return RowSource(stream, spans)
    stream.seek(0)
    mark = stream.read(len(BUNDLE_MARK))
    if mark == BUNDLE_MARK:
        return RowSource(stream, spans_in_bundle(stream, size))
    if mark.startswith(b"PK"):
        # The directory of a ZIP is read in small bits.
        return ZipSource(io.BufferedReader(cast(io.RawIOBase, stream), _BUFFER), largest)
    return RowSource(stream, [(0, size)])


def in_memory(files: Iterable[tuple[str, bytes]]) -> tuple[BinaryIO, int]:
    """Return files as a bundle held in memory, and its size."""
    content = b"".join(bundled(files))
    return io.BytesIO(content), len(content)
