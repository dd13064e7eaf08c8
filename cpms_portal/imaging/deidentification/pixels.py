"""Pixel data: copied bit for bit; only what is not image is taken away."""

from __future__ import annotations

from cpms_portal.imaging.deidentification.codestreams import (
    begins_frame,
    clean_frame,
    size_of_frame,
)
from cpms_portal.imaging.deidentification.elements import PIXEL_DATA, Bytes, Dataset, Element
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.deidentification.runlengths import clean_runs, cleared_runs
from cpms_portal.imaging.deidentification.syntaxes import JPEG, JPEG_2000, NATIVE, RLE
from cpms_portal.imaging.deidentification.unused_bits import (
    Bits,
    bits_of,
    check_frame,
    cleared,
)

ROWS, COLUMNS = 0x00280010, 0x00280011
_SAMPLES, _FRAMES = 0x00280002, 0x00280008
_ALLOCATED = 0x00280100
_PHOTOMETRIC = 0x00280004
_MOST_BYTES, _MOST_IN_FRAME = 4 * 1024**3, 1024**3
_WIDTHS = {0x7FE00008: 32, 0x7FE00009: 64}


def expected_length(dataset: Dataset, tag: int) -> int | None:
    """Return how many bytes native pixels take; None when the image does not say."""
    rows, columns = dataset.number(ROWS), dataset.number(COLUMNS)
    bits = _WIDTHS.get(tag) or dataset.number(_ALLOCATED)
    if not rows or not columns or not bits:
        return None
    samples = dataset.number(_SAMPLES) or 1
    frames = max(dataset.number(_FRAMES) or 1, 1)
    total = rows * columns * samples * frames * bits
    if dataset.text(_PHOTOMETRIC) == "YBR_FULL_422" and samples == 3:
        total = total * 2 // 3
    length = (total + 7) // 8
    if length > _MOST_BYTES:
        raise RefusedError("too_large")
    return length


def native_pixels(element: Element, dataset: Dataset) -> tuple[Bytes, bool]:
    """Return the pixels as they are, cut to the size of the image, and whether that changed them.

    RefusedError when there are fewer than the image announces.
    """
    content = memoryview(element.source)[element.value : element.end]
    length = expected_length(dataset, element.tag)
    if length is None:
        raise RefusedError("damaged")
    if len(content) < length:
        raise RefusedError("pixels_short")
    changed = len(content) > length + length % 2
    view: Bytes = content[: length + length % 2]
    bits = bits_of(dataset) if element.tag == PIXEL_DATA else None
    without = cleared(view[:length], bits, little=dataset.encoding.little) if bits else None
    if without is not None:
        return without + b"\0" * (length % 2), True
    if len(view) > length and view[-1]:
        return bytes(view[:-1]) + b"\0", changed
    return view, changed


def _frames_of(fragments: list[bytes], syntax: str, count: int) -> list[list[bytes]]:
    """Return fragments grouped by frame."""
    if syntax == RLE or len(fragments) == count:
        return [[fragment] for fragment in fragments]
    if count == 1:
        return [fragments]
    frames: list[list[bytes]] = []
    for fragment in fragments:
        if begins_frame(fragment) or not frames:
            frames.append([])
        frames[-1].append(fragment)
    return frames


def _as_it_was(cleaned: bytes, frame: bytes) -> bool:
    return frame == cleaned or (frame[:-1] == cleaned and frame[-1:] == b"\0")


def _is_plain(element: Element, frames: list[list[bytes]]) -> bool:
    """Say whether the table of offsets is empty or true, and nothing lies in the delimiter."""
    start, end = (element.fragments or [(0, 0)])[0]
    table, offsets, at = bytes(element.source[start:end]), [], 0
    for frame in frames:
        offsets.append(at)
        at += sum(8 + len(part) for part in frame)
    true = at < 1 << 32 and table == b"".join(one.to_bytes(4, "little") for one in offsets)
    last = bytes(element.source[element.end - 4 : element.end])
    return (not table or true) and last == bytes(4)


def _cleaned_frame(frame: bytes, syntax: str, dataset: Dataset, bits: Bits | None) -> bytes:
    """Return a frame with nothing beside its image; WithheldError when that cannot be done."""
    if syntax == RLE:
        size = (dataset.number(ROWS) or 0) * (dataset.number(COLUMNS) or 0)
        return cleared_runs(clean_runs(frame, size), size, bits)
    cleaned = clean_frame(frame)
    if bits:
        check_frame(cleaned, syntax, dataset, bits)
    return cleaned


def encapsulated_pixels(
    element: Element, dataset: Dataset, syntax: str
) -> tuple[list[list[bytes]], bool]:
    """Return the frames, each as its fragments, and whether anything was taken away.

    WithheldError when the frames are packed in a way that cannot be checked.
    """
    places = element.fragments or []
    if len(places) < 2 or syntax in NATIVE:
        raise RefusedError("damaged")
    if syntax not in (*JPEG, *JPEG_2000, RLE):
        raise WithheldError("pixel_format")
    fragments = [bytes(element.source[start:end]) for start, end in places[1:]]
    count = max(dataset.number(_FRAMES) or 1, 1)
    frames = _frames_of(fragments, syntax, count)
    if len(frames) < count:
        raise RefusedError("pixels_short")
    changed = len(frames) > count or not _is_plain(element, frames)
    frames = frames[:count]
    rows, columns = dataset.number(ROWS) or 0, dataset.number(COLUMNS) or 0
    size = rows * columns
    if size * (dataset.number(_SAMPLES) or 1) > _MOST_IN_FRAME:
        raise RefusedError("too_large")
    cleaned_frames = []
    bits = bits_of(dataset)
    for parts in frames:
        frame = b"".join(parts)
        if size_of_frame(frame) not in (None, (columns, rows)):
            # Whoever unpacks it trusts what is announced, or what the frame says: which is true?
            raise RefusedError("damaged")
        cleaned = _cleaned_frame(frame, syntax, dataset, bits)
        if _as_it_was(cleaned, frame):
            cleaned_frames.append(parts)
            continue
        changed = True
        cleaned_frames.append([cleaned])
    return cleaned_frames, changed
