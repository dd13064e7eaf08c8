"""What a compressed tile says of itself, and the tables that make it whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpms_portal.imaging.deidentification.reasons import RefusedError

_FRAMES = frozenset(
    (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
)
_TABLES = frozenset((0xC4, 0xDB, 0xDD, 0xCC))
#: Says "these are red, green and blue as they are" (Adobe's marker, transform 0).
_ADOBE_RGB = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
_SIZE_OF_CODESTREAM = re.compile(rb"^\xff\x4f\xff\x51..", re.DOTALL)


@dataclass(frozen=True)
class Shape:
    """Width and height (pixels), components, bits; ``scan``: where the coded scan begins."""

    width: int
    height: int
    components: int
    bits: int
    scan: int = 0
    baseline: bool = True


def shape_of(tile: bytes) -> Shape:
    """Return what a JPEG or a JPEG 2000 codestream says of itself; RefusedError when broken."""
    if tile[:2] == b"\xff\xd8":
        return _shape_of_jpeg(tile)
    if _SIZE_OF_CODESTREAM.match(tile) and len(tile) > 46:
        right, bottom, left, top = (int.from_bytes(tile[at : at + 4]) for at in (8, 12, 16, 20))
        parts = int.from_bytes(tile[40:42])
        return Shape(right - left, bottom - top, parts, (tile[42] & 0x7F) + 1)
    raise RefusedError("slide_damaged")


def _shape_of_jpeg(tile: bytes) -> Shape:
    at, found = 2, None
    while at + 4 <= len(tile) and tile[at] == 0xFF:
        code, size = tile[at + 1], int.from_bytes(tile[at + 2 : at + 4])
        if code in _FRAMES and size >= 8 and at + 10 <= len(tile):
            height, width = (int.from_bytes(tile[at + o : at + o + 2]) for o in (5, 7))
            found = (width, height, tile[at + 9], tile[at + 4], code)
        if size < 2 or code == 0xD9:
            break
        at += 2 + size
        if code == 0xDA and found:
            return Shape(*found[:4], scan=at, baseline=found[4] in (0xC0, 0xC1, 0xC2))
    raise RefusedError("slide_damaged")


def tables_of(raw: bytes) -> bytes:
    """Return the segments of a JPEGTables value (TIFF tag 347): tables only, no SOI and EOI."""
    kept, at = [], 2
    if raw[:2] != b"\xff\xd8":
        raise RefusedError("slide_damaged")
    while at + 4 <= len(raw) and raw[at] == 0xFF and raw[at + 1] != 0xD9:
        size = int.from_bytes(raw[at + 2 : at + 4])
        if size < 2 or at + 2 + size > len(raw):
            raise RefusedError("slide_damaged")
        if raw[at + 1] in _TABLES:
            kept.append(raw[at : at + 2 + size])
        at += 2 + size
    return b"".join(kept)


def prefix_of(tables: bytes, rgb: bool) -> bytes:
    """Return what stands before a tile without its SOI, so that a browser can read it."""
    return b"\xff\xd8" + (_ADOBE_RGB if rgb else b"") + tables


def whole(prefix: bytes, tile: bytes) -> bytes:
    """Return a tile as a JPEG that stands alone."""
    return prefix + tile[2:]
