"""Run-length frames (DICOM PS3.5 Annex G) without what lies beside their segments."""

from __future__ import annotations

from itertools import pairwise
from struct import pack, unpack_from

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.deidentification.unused_bits import Bits, tables_of

_HEADER, _MOST_SEGMENTS = 64, 15


def _end_of(frame: bytes, at: int, end: int, size: int) -> int:
    """Return where the runs of a segment end that unpacks to so many bytes.

    RefusedError when it unpacks to fewer.
    """
    made = 0
    while made < size and at < end:
        run = frame[at]
        if run < 128:
            at, made = at + run + 2, made + run + 1
        elif run > 128:
            at, made = at + 2, made + 257 - run
        else:
            at += 1
    if made < size:
        raise RefusedError("pixels_short")
    return min(at, end)


def clean_runs(frame: bytes, size: int) -> bytes:
    """Return a frame as it is, or rebuilt when something lies beside its segments.

    size: pixels of a frame, so bytes of a segment. WithheldError when the header is wrong.
    """
    if len(frame) < _HEADER:
        raise WithheldError("pixel_format")
    count, *offsets = unpack_from("<16L", frame)
    starts, unused = offsets[:count], offsets[count:]
    ordered = [_HEADER - 1, *starts, len(frame)]
    rising = all(one < after for one, after in pairwise(ordered))
    if not 0 < count <= _MOST_SEGMENTS or not rising:
        raise WithheldError("pixel_format")
    ends = [_end_of(frame, at, end, size) for at, end in zip(starts, ordered[2:], strict=True)]
    gaps = [frame[end:at] for end, at in zip([_HEADER, *ends], [*starts, len(frame)], strict=True)]
    if not any(unused) and not any(map(any, gaps)):
        return frame
    segments = [frame[at:end] for at, end in zip(starts, ends, strict=True)]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    places = [_HEADER + sum(map(len, segments[:number])) for number in range(count)]
    return pack("<16L", count, *places, *[0] * len(unused)) + b"".join(segments)


def cleared_runs(frame: bytes, size: int, bits: Bits | None) -> bytes:
    """Return a clean frame as it is, or with nothing beside the bits of its pixels."""
    if bits is None:
        return frame
    count, *offsets = unpack_from("<16L", frame)
    made, ends = bytearray(frame), [*offsets[1:count], len(frame)]
    for start, end, ways in zip(offsets, ends, tables_of(bits, count), strict=False):
        places = _values_in(frame, start, end, size)
        values = b"".join(frame[first:last] for first, last in places)
        if any(values.translate(way) == values for way in ways):
            continue
        for first, last in places:
            made[first:last] = frame[first:last].translate(ways[-1])
    return bytes(made)


def _values_in(frame: bytes, at: int, end: int, size: int) -> list[tuple[int, int]]:
    """Return where the values of a segment lie between the lengths of its runs."""
    found, made = [], 0
    while made < size and at < end:
        run = frame[at]
        if run == 128:
            at += 1
            continue
        last = at + (run + 2 if run < 128 else 2)
        found.append((at + 1, last))
        made += run + 1 if run < 128 else 257 - run
        at = last
    return found
