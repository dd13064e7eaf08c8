"""Compressed frames without the comments and metadata their containers may carry.

JPEG and JPEG-LS (ISO/IEC 10918-1, 14495-1): APPn and COM segments; JPEG 2000
(ISO/IEC 15444-1): COM segments and every box that is not needed to decode. The
coded image itself is copied bit for bit.
"""

from __future__ import annotations

import re
from struct import unpack_from

from cpms_portal.imaging.deidentification.reasons import WithheldError

_MARKER = re.compile(rb"\xff+[\xc0-\xcf\xd8-\xfe]")
# Begins with one fixed byte: ten times as fast to find in coded data as the pattern above.
_MAY_BE_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xff]")
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  "
_IN_HEADER = (b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res ")
_BRANDS = (b"jp2 ", b"jpx ", b"jpxb", b"jph ", b"jpm ", b"J2P0", b"J2P1")
# Frames, tables and scans (ISO/IEC 10918-1 table B.1; F7, F8: 14495-1); other segments go.
_NEEDED_SEGMENTS = frozenset(
    (*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xDE), 0xF7, 0xF8)
)
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xF7)
# All but comments, those of HTJ2K too (ISO/IEC 15444-1 table A.2, 15444-15).
_NEEDED_MARKERS = frozenset((*range(0x50, 0x54), 0x55, 0x57, 0x58, 0x59, *range(0x5C, 0x62), 0x63))


def begins_frame(fragment: bytes) -> bool:
    """Say whether a fragment begins a frame (start of image, codestream or file)."""
    return fragment[:2] in (b"\xff\xd8", b"\xff\x4f") or fragment[:8] == _JP2_SIGNATURE


def _kept_segment(code: int, payload: bytes) -> bytes | None:
    """Return what stays of an application segment: only what decoding needs."""
    if code == 0xE0 and payload[:5] == b"JFIF\0" and len(payload) >= 14:
        # Version, units, densities; the embedded thumbnail goes.
        return payload[:12] + b"\0\0"
    if code == 0xEE and payload[:5] == b"Adobe" and len(payload) >= 12:
        return payload[:12]
    if code == 0xE8 and payload[:4] == b"mrfx" and len(payload) == 5:
        return payload
    return None


def _tables_end(code: int, payload: bytes) -> int:
    """Return where the last whole table of DQT or DHT ends."""
    at = 0
    while at < len(payload):
        if code == 0xDB:
            size = 129 if payload[at] >> 4 else 65
        else:
            size = 17 + sum(payload[at + 1 : at + 17])
        if at + size > len(payload):
            break
        at += size
    return at


def _needed(code: int, payload: bytes) -> bytes:
    """Return what belongs to a segment of a frame, without what follows its last field."""
    if code in (0xDB, 0xC4):
        return payload[: _tables_end(code, payload)]
    if code in (0xDC, 0xDD):
        return payload[:2]
    if code == 0xDA:
        return payload[: 4 + 2 * payload[0]] if payload else b""
    if (0xC0 <= code <= 0xCF and code != 0xCC) or code == 0xF7:
        return payload[: 6 + 3 * payload[5]] if len(payload) > 5 else payload
    return payload


def _end_of_scan(frame: bytes, at: int) -> int:
    """Return where the marker stands that follows coded data; -1 when there is none."""
    for found in _MAY_BE_MARKER.finditer(frame, at):
        if _MARKER.match(frame, found.start()):
            return found.start()
    return -1


def clean_jpeg(frame: bytes) -> bytes:
    """Return a JPEG or JPEG-LS frame without application data, comments and what follows it."""
    kept, at = [b"\xff\xd8"], 2
    while True:
        match = _MARKER.match(frame, at)
        if not match:
            raise WithheldError("pixel_format")
        code, at = match[0][-1], match.end()
        if code == 0xD9:
            kept.append(b"\xff\xd9")
            return b"".join(kept)
        size = int.from_bytes(frame[at : at + 2])
        if size < 2 or at + size > len(frame):
            raise WithheldError("pixel_format")
        payload = frame[at + 2 : at + size]
        if code in _NEEDED_SEGMENTS:
            short: bytes | None = _needed(code, payload)
        else:
            short = _kept_segment(code, payload)
        if short is not None:
            kept.append(bytes((0xFF, code)) + (len(short) + 2).to_bytes(2) + short)
        at += size
        if code == 0xDA:
            following = _end_of_scan(frame, at)
            if following < 0:
                # Some makers leave out the end of image; decoders do not need it.
                kept.append(frame[at:] + b"\xff\xd9")
                return b"".join(kept)
            kept.append(frame[at:following])
            at = following


def _segments(header: bytes, at: int, stop: bytes) -> tuple[list[bytes], int]:
    """Return the marker segments decoding needs of a JPEG 2000 header, and where it ends."""
    kept: list[bytes] = []
    while header[at : at + 2] != stop:
        size = int.from_bytes(header[at + 2 : at + 4])
        if header[at : at + 1] != b"\xff" or size < 2 or at + 2 + size > len(header):
            raise WithheldError("pixel_format")
        if header[at + 1] in _NEEDED_MARKERS:
            kept.append(header[at : at + 2 + size])
        at += 2 + size
    return kept, at


def _end_of_stream(stream: bytes, at: int) -> int:
    """Return where the mark of the end stands; no coded byte looks like it."""
    found = stream.find(b"\xff\xd9", at)
    return len(stream) if found < 0 else found


def clean_codestream(stream: bytes) -> bytes:
    """Return a JPEG 2000 codestream without comments and without what follows its end."""
    kept, at = _segments(stream, 2, b"\xff\x90")
    kept.insert(0, stream[:2])
    while stream[at : at + 2] == b"\xff\x90":
        length = int.from_bytes(stream[at + 6 : at + 10])
        end = at + length if length else _end_of_stream(stream, at)
        if end > len(stream) or end < at + 14:
            raise WithheldError("pixel_format")
        head, body = _segments(stream, at + 12, b"\xff\x93")
        coded = b"".join(head) + stream[body:end]
        size = (12 + len(coded)).to_bytes(4) if length else bytes(4)
        kept.append(stream[at : at + 6] + size + stream[at + 10 : at + 12] + coded)
        at = end
    return b"".join(kept) + (b"" if kept[-1].endswith(b"\xff\xd9") else b"\xff\xd9")


def _boxes(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the boxes that are whole, each as its kind and what is inside."""
    found, at = [], 0
    while at + 8 <= len(content):
        size, kind, head = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16]), 16
        end = at + size if size else len(content)
        if end > len(content) or end < at + head:
            break
        found.append((kind, content[at + head : end]))
        at = end
    return found


def _box(kind: bytes, inside: bytes) -> bytes:
    return (len(inside) + 8).to_bytes(4) + kind + inside


def clean_boxes(content: bytes) -> bytes:
    """Return a JP2 file with only the boxes that are needed to decode it."""
    kept = []
    for kind, inside in _boxes(content):
        if kind == b"jp2c":
            kept.append(_box(kind, clean_codestream(inside)))
        elif kind == b"jp2h":
            needed = (_box(*one) for one in _boxes(inside) if one[0] in _IN_HEADER)
            kept.append(_box(kind, b"".join(needed)))
        elif kind == b"ftyp":
            brands = (inside[at : at + 4] for at in range(8, len(inside), 4))
            known = b"".join(brand for brand in brands if brand in _BRANDS)
            kept.append(_box(kind, b"jp2 " + bytes(4) + known))
        elif kind == b"jP  ":
            kept.append(_JP2_SIGNATURE + b"\r\n\x87\n")
    return b"".join(kept)


def size_of_frame(frame: bytes) -> tuple[int, int] | None:
    """Return width and height a compressed frame has; None when it does not say in its place."""
    if frame[:8] == _JP2_SIGNATURE:
        frame = next((inside for kind, inside in _boxes(frame) if kind == b"jp2c"), b"")
    if frame[:4] == b"\xff\x4f\xff\x51" and len(frame) >= 24:
        right, lower, left, upper = unpack_from(">4L", frame, 8)
        return right - left, lower - upper
    at = 2
    while frame[:2] == b"\xff\xd8" and (match := _MARKER.match(frame, at)):
        code, at = match[0][-1], match.end()
        if code in _FRAMES and len(frame) >= at + 7:
            height, width = unpack_from(">HH", frame, at + 3)
            return width, height
        at += int.from_bytes(frame[at : at + 2])
    return None


def precision_of_frame(frame: bytes) -> int | None:
    """Return how many bits a sample of a compressed frame has; None when it does not say."""
    if frame[:8] == _JP2_SIGNATURE:
        frame = next((inside for kind, inside in _boxes(frame) if kind == b"jp2c"), b"")
    if frame[:4] == b"\xff\x4f\xff\x51" and len(frame) >= 42:
        parts = int.from_bytes(frame[40:42])
        depths = frame[42 : 42 + 3 * parts : 3]
        return max(((depth & 0x7F) + 1 for depth in depths), default=None)
    at = 2
    while frame[:2] == b"\xff\xd8" and (match := _MARKER.match(frame, at)):
        code, at = match[0][-1], match.end()
        if code in _FRAMES and len(frame) > at + 2:
            return frame[at + 2]
        at += int.from_bytes(frame[at : at + 2])
    return None


def clean_frame(frame: bytes) -> bytes:
    """Return a compressed frame without metadata; WithheldError when it cannot be read."""
    if frame[:2] == b"\xff\xd8":
        return clean_jpeg(frame)
    if frame[:2] == b"\xff\x4f":
        return clean_codestream(frame)
    if frame[:8] == _JP2_SIGNATURE:
        return clean_boxes(frame)
    raise WithheldError("pixel_format")
