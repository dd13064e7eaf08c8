"""Bits beside the stored ones of a pixel: old overlays lie there (PS3.3 C.9.2, retired).

Whoever shows the image leaves them out, so nobody sees what is written in them. Clean pixels
have zeros there, or the sign again when they are signed (PS3.5 section 8.1.1); all other bits
are cleared, in every pixel.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy
from pydicom.pixels import get_decoder

from cpms_portal.imaging.deidentification.codestreams import precision_of_frame
from cpms_portal.imaging.deidentification.elements import Bytes, Dataset
from cpms_portal.imaging.deidentification.reasons import WithheldError

_ALLOCATED, _STORED, _HIGH, _SIGNED = 0x00280100, 0x00280101, 0x00280102, 0x00280103
_ROWS, _COLUMNS, _SAMPLES = 0x00280010, 0x00280011, 0x00280002
_POSITION = 0x60000102
_WHOLE_WIDTHS = (8, 16, 32, 64)


@dataclass(frozen=True)
class Bits:
    """Which bits of a pixel are image: ``stored`` of them, ``high`` the highest, from zero."""

    allocated: int
    stored: int
    high: int
    signed: bool

    @property
    def mask(self) -> int:
        """The bits that are image."""
        return ((1 << self.stored) - 1) << (self.high + 1 - self.stored)

    @property
    def unused(self) -> int:
        """The bits that are not."""
        return ((1 << self.allocated) - 1) & ~self.mask


def _positions(dataset: Dataset) -> list[int]:
    """Return the bits in which overlays lie, as their groups say."""
    little = dataset.encoding.little
    return [
        int.from_bytes(element.raw[:2], "little" if little else "big")
        for element in dataset.elements
        if element.tag & 0xFF00FFFF == _POSITION and element.items is None
    ]


def bits_of(dataset: Dataset) -> Bits | None:
    """Return which bits are image; None when all of them are.

    WithheldError when an overlay lies in bits of the image itself, or nobody knows where.
    """
    allocated = dataset.number(_ALLOCATED) or 0
    stored = dataset.number(_STORED) or allocated
    high = dataset.number(_HIGH)
    high = stored - 1 if high is None else high
    known = 0 < stored <= high + 1 <= allocated
    if not known and (stored < allocated or any(_positions(dataset))):
        raise WithheldError("hidden_bits")
    bits = Bits(allocated, stored, high, dataset.number(_SIGNED) == 1)
    if any(position and bits.mask >> position & 1 for position in _positions(dataset)):
        raise WithheldError("hidden_bits")
    return bits if known and bits.unused else None


def _extended(values: numpy.ndarray, bits: Bits) -> numpy.ndarray:
    """Return signed pixels with their sign in every bit above the highest, and zeros below."""
    above = bits.allocated - 1 - bits.high
    kind = values.dtype.newbyteorder("=").str.replace("u", "i")
    moved = (values & bits.mask).astype(values.dtype.newbyteorder("=")).view(kind) << above
    return (moved >> above).view(kind.replace("i", "u"))


def cleared(content: Bytes, bits: Bits, *, little: bool) -> bytes | None:
    """Return native pixels with nothing beside their bits; None when nothing is there.

    WithheldError when pixels are no whole bytes.
    """
    if bits.allocated not in _WHOLE_WIDTHS:
        raise WithheldError("hidden_bits")
    width = bits.allocated // 8
    values = numpy.frombuffer(content[: len(content) // width * width],
                              f"{'<' if little else '>'}u{width}")  # fmt: skip
    if not int(numpy.bitwise_or.reduce(values)) & bits.unused:
        return None
    clean = _extended(values, bits) if bits.signed else values & bits.mask
    if numpy.array_equal(clean, values):
        return None
    return clean.astype(values.dtype).tobytes() + bytes(content[values.nbytes :])


def tables_of(bits: Bits, count: int) -> list[tuple[bytes, ...]]:
    """Return for each segment of a run-length frame how its bytes may look, first as zeros.

    Each way is a table for ``bytes.translate``; segments hold the highest byte of a sample
    first (PS3.5 section G.2). WithheldError when a byte alone does not tell.
    """
    width = bits.allocated // 8
    if bits.allocated not in _WHOLE_WIDTHS or count % width:
        raise WithheldError("hidden_bits")
    found = []
    for number in range(count):
        place = 8 * (width - 1 - number % width)
        mask = bits.mask >> place & 0xFF
        ways = [bytes(byte & mask for byte in range(256))]
        sign = bits.high - place
        if bits.signed and 0 <= sign < 8:
            fill = 0xFF << (sign + 1) & 0xFF
            ways.append(bytes(byte & mask | (fill if byte >> sign & 1 else 0)
                              for byte in range(256)))  # fmt: skip
        found.append(tuple(ways))
    return found


def check_frame(frame: bytes, syntax: str, dataset: Dataset, bits: Bits) -> None:
    """WithheldError when a compressed frame holds something beside the bits of its pixels.

    A frame that holds no more bits than are stored cannot; others are decoded.
    """
    precision = precision_of_frame(frame)
    if precision is None:
        raise WithheldError("hidden_bits")
    if precision <= bits.stored and bits.high + 1 == bits.stored:
        return
    raw = _decoded(frame, syntax, dataset, precision)
    if cleared(raw, bits, little=sys.byteorder == "little") is not None:
        raise WithheldError("hidden_bits")


def _decoded(frame: bytes, syntax: str, dataset: Dataset, precision: int) -> bytes:
    """Return the pixels of a frame as wide as they are allocated, none of their bits left out."""
    allocated, signed = dataset.number(_ALLOCATED) or 0, dataset.number(_SIGNED) or 0
    options: dict[str, Any] = {
        "rows": dataset.number(_ROWS),
        "columns": dataset.number(_COLUMNS),
        "samples_per_pixel": dataset.number(_SAMPLES) or 1,
        "number_of_frames": 1,
        "bits_allocated": allocated,
        "bits_stored": precision,
        "pixel_representation": signed,
        "pixel_keyword": "PixelData",
        "planar_configuration": 0,
        "photometric_interpretation": dataset.text(0x00280004),
    }
    try:
        values, _ = get_decoder(syntax).as_array(_wrapped(frame), index=0, raw=True, **options)
    except Exception as error:
        # Decoders raise whatever their libraries do: what cannot be looked into is not passed on.
        raise WithheldError("hidden_bits") from error
    return values.astype(f"{'i' if signed else 'u'}{allocated // 8}").tobytes()


def _wrapped(frame: bytes) -> bytes:
    """Return a frame as encapsulated pixel data, as decoders want it (PS3.5 section A.4)."""
    even = frame + b"\0" * (len(frame) % 2)
    item, end = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0" + bytes(4)
    return item + bytes(4) + item + len(even).to_bytes(4, "little") + even + end
