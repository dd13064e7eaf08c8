"""Tiles as pictures: for layers that must be drawn here, and for tiles no browser can read."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image, UnidentifiedImageError

from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.slides.jpegs import whole
from cpms_portal.imaging.slides.layers import Form
from cpms_portal.imaging.slides.pyramid import Level

JPEG_QUALITY = 88
_ERRORS = (OSError, ValueError, SyntaxError, struct.error, UnidentifiedImageError,
           Image.DecompressionBombError, EOFError, MemoryError)  # fmt: skip
# Aperio's "YCbCr" JPEG 2000 does not say in its codestream that it is not RGB.
_YCBCR_2000 = 33003


#: How tiles are packed: of a layer that is taken, or of a level that is stored.
Packed = Form | Level


def picture(tile: bytes, packed: Packed, prefix: bytes, *, at_least: int = 0) -> Any:
    """Return a tile as an RGB picture; RefusedError when it does not decode.

    at_least: a JPEG may be decoded smaller, down to this width (the cosines are summed up).
    """
    try:
        if packed.coding == "jpeg":
            found: Any = Image.open(io.BytesIO(whole(prefix, tile)), formats=("JPEG",))
            if at_least:
                found.draft(None, (at_least, at_least))
        elif packed.coding == "jpeg2000":
            found = Image.open(io.BytesIO(tile), formats=("JPEG2000",))
        else:
            found = Image.open(io.BytesIO(_one_tile(tile, packed)), formats=("TIFF",))
        if max(found.size) > max(packed.tile_width, packed.tile_height):
            raise RefusedError("slide_damaged")
        found.load()
    except _ERRORS as error:
        raise RefusedError("slide_damaged") from error
    if packed.compression == _YCBCR_2000 and found.mode == "RGB":
        found = Image.frombytes("YCbCr", found.size, found.tobytes())
    return found.convert("RGB")


def jpeg_of(image: Any, quality: int = JPEG_QUALITY) -> bytes:
    """Return a picture as a baseline JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()


def _one_tile(tile: bytes, packed: Packed) -> bytes:
    """Return a tile as a TIFF with a single tile, which the decoder of TIFF understands."""
    tags = [(256, packed.tile_width), (257, packed.tile_height), (258, 8),
            (259, packed.compression), (262, packed.photometric), (277, packed.samples),
            (284, 1), (317, packed.predictor), (322, packed.tile_width),
            (323, packed.tile_height), (324, 0), (325, len(tile))]  # fmt: skip
    end = 8 + 2 + 12 * len(tags) + 4
    bits = struct.pack("<HHH", 8, 8, 8)
    raw = b"II*\0" + struct.pack("<IH", 8, len(tags))
    for tag, value in tags:
        if tag == 258 and packed.samples == 3:
            raw += struct.pack("<HHII", tag, 3, 3, end)
        else:
            raw += struct.pack("<HHII", tag, 4, 1, end + len(bits) if tag == 324 else value)
    return raw + bytes(4) + bits + tile


def as_jpeg(stored: bytes, level: Level) -> bytes:
    """Return a stored tile for a browser: with its tables when it is a JPEG, else made one.

    White where the scanner left a tile out.
    """
    if not stored:
        return jpeg_of(Image.new("RGB", (level.tile_width, level.tile_height), "white"))
    if level.coding == "jpeg" and level.samples in (1, 3):
        return whole(level.head, stored)
    return jpeg_of(picture(stored, level, level.head))


def thumbnail_of(stored: bytes, level: Level, side: int) -> bytes:
    """Return the only tile of the smallest level as a small JPEG, without what lies beyond it."""
    found = Image.open(io.BytesIO(as_jpeg(stored, level))).crop((0, 0, level.width, level.height))
    found.thumbnail((side, side))
    return jpeg_of(found)
