"""Run-length frames (DICOM PS3.5 Annex G) without what lies beside their segments."""

from __future__ import annotations

from itertools import pairwise
from struct import pack, unpack_from

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

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
