"""Multipart messages (RFC 2046, RFC 2387): looked through without holding them, and written."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import BinaryIO

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _

MOST_PARTS = 10_000
LONGEST_HEADERS = 8192
CHUNK = 1 << 20
#: RFC 2046 allows 70 characters; Orthanc sends 73.
LONGEST_BOUNDARY = 200


class BrokenMultipartError(CPMSError):
    """The message cannot be taken apart."""

    status = 400

    def __init__(self) -> None:
        super().__init__(_("The message is not a whole multipart message."))


@dataclass(frozen=True)
class Part:
    """A part of a message: its media type and where its content lies."""

    kind: str
    start: int
    end: int


def _parameter(content_type: str, name: str) -> str:
    """Return a parameter of a media type, without its quotes; empty when there is none."""
    header = Message()
    header["Content-Type"] = content_type
    found = header.get_param(name, "")
    return found.strip() if isinstance(found, str) else ""


def boundary_of(content_type: str) -> bytes:
    """Return the boundary of a message; BrokenMultipartError when it has none."""
    found = _parameter(content_type, "boundary")
    if not 0 < len(found) <= LONGEST_BOUNDARY:
        raise BrokenMultipartError
    return found.encode("latin-1", "replace")


def part_type_of(content_type: str) -> str:
    """Return the media type a multipart message announces for its parts; empty when none.

    It may have parameters of its own, such as a transfer syntax; they are left out.
    """
    return _parameter(content_type, "type").partition(";")[0].strip().lower()


def _marks(stream: BinaryIO, mark: bytes) -> Iterator[int]:
    """Yield where a mark lies in a stream, looking at a megabyte at a time."""
    stream.seek(0)
    held, at = b"\r\n", -2
    while chunk := stream.read(CHUNK):
        held += chunk
        place = held.find(mark)
        while place >= 0:
            yield at + place
            place = held.find(mark, place + len(mark))
        cut = max(len(held) - len(mark) + 1, 0)
        held, at = held[cut:], at + cut


def parts_of(stream: BinaryIO, boundary: bytes) -> list[Part]:
    """Return the parts of a message; BrokenMultipartError when it is not whole."""
    mark = b"\r\n--" + boundary
    found: list[Part] = []
    begun: int | None = None
    for place in list(_marks(stream, mark)):
        if begun is not None:
            found.append(_part(stream, begun, place))
            if len(found) > MOST_PARTS:
                raise BrokenMultipartError
        stream.seek(max(place + len(mark), 0))
        after = stream.read(2)
        if after == b"--":
            return found
        if after != b"\r\n" and not after.startswith((b" ", b"\t")):
            raise BrokenMultipartError
        begun = place + len(mark)
    raise BrokenMultipartError


def _part(stream: BinaryIO, begun: int, end: int) -> Part:
    """Return a part whose boundary ends at a place: what its headers say and what follows."""
    stream.seek(begun)
    head = stream.read(min(LONGEST_HEADERS, end - begun))
    close = head.find(b"\r\n\r\n")
    if close < 0:
        raise BrokenMultipartError
    kind = ""
    for line in head[:close].split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-type":
            kind = value.decode("latin-1").partition(";")[0].strip().lower()
    return Part(kind, begun + close + 4, end)


class Multipart:
    """A message that is written part by part."""

    def __init__(self, kind: str) -> None:
        self.boundary = secrets.token_hex(16)
        self.content_type = f'multipart/related; type="{kind}"; boundary={self.boundary}'

    def written(self, parts: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
        """Yield the message. parts: the header lines of each after the first, and its content."""
        for content_type, content in parts:
            yield f"--{self.boundary}\r\nContent-Type: {content_type}\r\n\r\n".encode()
            yield from content
            yield b"\r\n"
        yield f"--{self.boundary}--\r\n".encode()
