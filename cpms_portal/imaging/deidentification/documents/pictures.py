"""Photos: pixels as they are, everything else gone (JPEG, PNG, TIFF 6.0, BMP)."""

from __future__ import annotations

import struct
import zlib
from collections import Counter

from cpms_portal.imaging.deidentification.codestreams import clean_jpeg
from cpms_portal.imaging.deidentification.documents.tiff import clean_tiff
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

_PNG = b"\x89PNG\r\n\x1a\n"
# What decoding and showing need (PNG, third edition, section 11); text, times and EXIF go.
_PNG_KEPT = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB",
                       b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"))  # fmt: skip
_BMP_HEADERS = (12, 40, 52, 56, 108, 124)


def clean_picture(content: bytes, counts: Counter[str]) -> bytes:
    """Return a picture with its pixels alone; RefusedError when it is damaged."""
    if content[:3] == b"\xff\xd8\xff":
        cleaned = _jpeg(content)
    elif content[:8] == _PNG:
        cleaned = _png(content)
    elif content[:4] in (b"II*\0", b"MM\0*"):
        cleaned = clean_tiff(content)
    elif content[:2] == b"BM":
        cleaned = _bmp(content)
    else:
        raise RefusedError("broken_document")
    counts["removed"] += cleaned != content
    return cleaned


def _jpeg(content: bytes) -> bytes:
    try:
        cleaned = clean_jpeg(content)
    except WithheldError as error:
        raise RefusedError("broken_document") from error
    turned = _orientation(content)
    if turned == 1:
        return cleaned
    # How the camera was held is the one thing of EXIF that the picture cannot do without.
    tiff = b"MM\0*" + struct.pack(">LHHHLHHL", 8, 1, 0x0112, 3, 1, turned, 0, 0)
    exif = b"Exif\0\0" + tiff
    return cleaned[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + cleaned[2:]


def _orientation(content: bytes) -> int:
    """Return the orientation EXIF tells (1 to 8, EXIF 3.0 section 4.6.5); 1 when it tells none."""
    at = content.find(b"Exif\0\0", 0, 65536)
    if at < 0:
        return 1
    tiff = content[at + 6 : at + 6 + 65536]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}L", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(min(count, 200)):
            tag, _, _, value = struct.unpack_from(f"{order}HHLH", tiff, start + 2 + 12 * number)
            if tag == 0x0112:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _png(content: bytes) -> bytes:
    kept, at = [_PNG], 8
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">L", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + size
        if end > len(content):
            break
        if kind in _PNG_KEPT:
            if (
                zlib.crc32(content[at + 4 : end - 4])
                != struct.unpack_from(">L", content, end - 4)[0]
            ):
                raise RefusedError("broken_document")
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    raise RefusedError("broken_document")


def _bmp(content: bytes) -> bytes:
    """Return a bitmap with its header, palette and pixels; profiles and what follows go."""
    if len(content) < 30:
        raise RefusedError("broken_document")
    start, header = struct.unpack_from("<LL", content, 10)
    if header not in _BMP_HEADERS or not 14 + header <= start <= len(content):
        raise RefusedError("broken_document")
    if header == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
        compression = size = 0
    else:
        width, height, _, bits, compression, size = struct.unpack_from("<llHHLL", content, 18)
    if compression in (0, 3, 6):
        size = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    if not size or start + size > len(content):
        raise RefusedError("broken_document")
    about = bytearray(content[14 : 14 + header])
    if header == 124:
        about[108:124] = bytes(16)
    palette = content[14 + header : start][: 4 * 256 + 16]
    first = 14 + header + len(palette)
    mark = b"BM" + struct.pack("<LHHL", first + size, 0, 0, first)
    return mark + bytes(about) + palette + content[start : start + size]
