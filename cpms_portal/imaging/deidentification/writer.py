"""Writing elements back: headers, values padded to even length, sequences, file meta."""

from __future__ import annotations

from struct import pack

from cpms_portal.imaging.deidentification.elements import (
    ITEM,
    LONG_VRS,
    SEQUENCE_END,
    UNDEFINED,
    Bytes,
)
from cpms_portal.imaging.deidentification.syntaxes import EXPLICIT_LITTLE, Encoding

Chunks = list[Bytes]

# Ours, made once as 2.25.<UUID> (PS3.5 B.2); names the software that wrote a file.
IMPLEMENTATION_UID = "2.25.325058725779482869226574030625301079123"
IMPLEMENTATION_NAME = "OPEN_CPMS_1"


def header(tag: int, vr: str, length: int, encoding: Encoding) -> bytes:
    """Return the header of an element."""
    order = encoding.order
    group, number = tag >> 16, tag & 0xFFFF
    if not encoding.explicit:
        return pack(f"{order}HHL", group, number, length)
    if vr in LONG_VRS:
        return pack(f"{order}HH2sHL", group, number, vr.encode(), 0, length)
    if length > 0xFFFE:
        return pack(f"{order}HH2sHL", group, number, b"UN", 0, length)
    return pack(f"{order}HH2sH", group, number, vr.encode(), length)


def padded(value: bytes, vr: str) -> bytes:
    """Return a value with an even length (PS3.5 section 6.2)."""
    if len(value) % 2 == 0:
        return value
    return value + (b"\0" if vr in ("UI", "OB", "OW", "UN") else b" ")


def element(tag: int, vr: str, value: bytes, encoding: Encoding) -> bytes:
    """Return a whole element."""
    value = padded(value, vr)
    return header(tag, vr, len(value), encoding) + value


def size_of(chunks: Chunks) -> int:
    """Return how many bytes chunks hold."""
    return sum(map(len, chunks))


def sequence(tag: int, items: list[Chunks], encoding: Encoding) -> Chunks:
    """Return a sequence of items with lengths that are known."""
    body: Chunks = []
    for item in items:
        body.append(_delimiter(ITEM, size_of(item), encoding))
        body.extend(item)
    return [header(tag, "SQ", size_of(body), encoding), *body]


def _delimiter(tag: int, length: int, encoding: Encoding) -> bytes:
    return pack(f"{encoding.order}HHL", tag >> 16, tag & 0xFFFF, length)


def encapsulated(
    tag: int, frames: list[list[bytes]], encoding: Encoding, *, table: bool = True
) -> tuple[Chunks, int]:
    """Return encapsulated pixel data with a new offset table, and where its first frame lies.

    table: whether to fill it; that of a video stays empty (PS3.5 section A.4.5).
    """
    offsets, at = [], 0
    for frame in frames:
        offsets.append(at)
        at += sum(8 + len(part) + len(part) % 2 for part in frame)
    fits = table and at < UNDEFINED
    places = b"".join(pack("<L", offset) for offset in offsets) if fits else b""
    chunks: Chunks = [
        header(tag, "OB", UNDEFINED, encoding),
        _delimiter(ITEM, len(places), encoding) + places,
    ]
    start = size_of(chunks)
    for part in (part for frame in frames for part in frame):
        part = padded(part, "OB")
        chunks += [_delimiter(ITEM, len(part), encoding), part]
    chunks.append(_delimiter(SEQUENCE_END, 0, encoding))
    return chunks, start


def file_meta(sop_class: str, sop_instance: str, syntax: str) -> bytes:
    """Return preamble, mark and file meta information, all of it ours (PS3.10 section 7.1)."""
    body = b"".join(
        element(0x00020000 | number, vr, value, EXPLICIT_LITTLE)
        for number, vr, value in (
            (0x0001, "OB", b"\0\1"),
            (0x0002, "UI", sop_class.encode()),
            (0x0003, "UI", sop_instance.encode()),
            (0x0010, "UI", syntax.encode()),
            (0x0012, "UI", IMPLEMENTATION_UID.encode()),
            (0x0013, "SH", IMPLEMENTATION_NAME.encode()),
        )
    )
    length = element(0x00020000, "UL", pack("<L", len(body)), EXPLICIT_LITTLE)
    return bytes(128) + b"DICM" + length + body
