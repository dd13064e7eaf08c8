"""One frame as plain little-endian values, straight from its pack or decoded on the server."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy
from pydicom import dcmread
from pydicom.pixels import apply_color_lut, pixel_array
from pyramid.registry import Registry

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.queries import instance_bytes
from cpms_portal.imaging.resources import Series

LARGEST_FRAME = 64 * 1024 * 1024
_KINDS = {"u1": "uint8", "i1": "int8", "u2": "uint16", "i2": "int16", "u4": "uint32",
          "i4": "int32", "f4": "float32"}  # fmt: skip


class FrameError(CPMSError):
    """A frame cannot be shown."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("This image cannot be shown here."))


@dataclass(frozen=True)
class Frame:
    """The pixels of a frame. kind: "uint16", "int16", "uint8", … or "rgb" (three bytes)."""

    rows: int
    columns: int
    kind: str
    content: bytes

    def values(self) -> numpy.ndarray:
        """Return the pixels as an array."""
        if self.kind == "rgb":
            shape: tuple[int, ...] = (self.rows, self.columns, 3)
            return numpy.frombuffer(self.content, numpy.uint8).reshape(shape)
        kind = numpy.dtype(self.kind).newbyteorder("<")
        return numpy.frombuffer(self.content, kind).reshape(self.rows, self.columns)


def _is_direct(facts: Facts) -> bool:
    return (
        (facts.get("pixels") or -1) > 0
        and (facts.get("samples") or 1) == 1
        and facts.get("allocated") in (8, 16, 32)
        and str(facts.get("photometric", "")).startswith("MONOCHROME")
    )


def frame_of(registry: Registry, series: Series, facts: Facts, number: int) -> Frame:
    """Return a frame of an instance; FrameError when it cannot be decoded or there is none.

    number: counted from 0. Native grey frames are one ranged read of the pack.
    """
    rows, columns = facts.get("rows") or 0, facts.get("columns") or 0
    if not 0 <= number < max(facts.get("frames") or 1, 1) or facts.get("pixels") is None:
        raise FrameError
    if not 0 < rows * columns <= LARGEST_FRAME:
        raise FrameError
    if not _is_direct(facts):
        return _decoded(instance_bytes(registry, series, facts), number)
    width = facts["allocated"] // 8
    length = rows * columns * width
    start = facts["pixels"] + number * length
    sign = "i" if facts.get("signed") == 1 else "u"
    content = instance_bytes(registry, series, facts, start, length)
    return _masked(Frame(rows, columns, _KINDS[f"{sign}{width}"], content), facts)


def _masked(frame: Frame, facts: Facts) -> Frame:
    """Clear what may stand in the bits above the stored ones; spread the sign of signed values."""
    allocated, stored = facts["allocated"], facts.get("stored") or facts["allocated"]
    if stored >= allocated:
        return frame
    unused = allocated - stored
    values = numpy.right_shift(numpy.left_shift(frame.values(), unused), unused)
    return Frame(frame.rows, frame.columns, frame.kind, values.tobytes())


def _decoded(content: bytes, number: int) -> Frame:
    try:
        dataset = dcmread(io.BytesIO(content))
        values = pixel_array(dataset, index=number)
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            values = apply_color_lut(values, dataset)
            values = (values >> 8 if values.dtype.itemsize == 2 else values).astype("u1")
    except Exception as error:
        # Decoders raise whatever their libraries do; a hostile image must end in words.
        raise FrameError from error
    if values.ndim == 3 and values.shape[2] == 3:
        # Of deeper colour the upper eight bits are shown.
        values = (values >> max(int(dataset.BitsStored) - 8, 0)).astype(numpy.uint8)
        return Frame(values.shape[0], values.shape[1], "rgb", values.tobytes())
    kind = _KINDS.get(f"{values.dtype.kind}{values.dtype.itemsize}")
    if values.ndim != 2 or kind is None:
        raise FrameError
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return Frame(values.shape[0], values.shape[1], kind, little.tobytes())
