"""TIFF 6.0 written anew: pages with the tags that decoding needs, strips and tiles as they are."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cpms_portal.imaging.deidentification.codestreams import clean_jpeg
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
# Shape, colour, compression and resolution; never descriptions, makers, dates, EXIF, GPS, XMP.
_KEPT = frozenset((
    254, 256, 257, 258, 259, 262, 263, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284,
    290, 291, 292, 293, 296, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 338, 339,
    340, 341, 347, 529, 530, 531, 532,
))  # fmt: skip
_PLACES = {273: 279, 324: 325}
_JPEG_TABLES, _COMPRESSION, _NEW_JPEG, _OLD_JPEG = 347, 259, 7, 6
_MOST_PAGES, _MOST_VALUES = 1000, 4_000_000


@dataclass
class _Field:
    kind: int
    count: int
    raw: bytes


class _Reader:
    """Reads pages; every place is held against the end of the file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.order = "<" if content[:2] == b"II" else ">"

    def numbers(self, form: str, at: int) -> tuple[int, ...]:
        """Return whole numbers that lie at a place."""
        try:
            return struct.unpack_from(self.order + form, self.content, at)
        except struct.error as error:
            raise RefusedError("broken_document") from error

    def pages(self) -> list[dict[int, _Field]]:
        """Return the fields of each page that stay."""
        found: list[dict[int, _Field]] = []
        seen: set[int] = set()
        (at,) = self.numbers("L", 4)
        while at:
            if at in seen or len(found) >= _MOST_PAGES:
                raise RefusedError("broken_document")
            seen.add(at)
            (count,) = self.numbers("H", at)
            fields = (self._field(at + 2 + 12 * number) for number in range(count))
            found.append({tag: field for tag, field in fields if tag in _KEPT})
            (at,) = self.numbers("L", at + 2 + 12 * count)
        return found

    def _field(self, at: int) -> tuple[int, _Field]:
        tag, kind, count = self.numbers("HHL", at)
        size = _SIZES.get(kind, 1) * count
        place = at + 8 if size <= 4 else self.numbers("L", at + 8)[0]
        if tag in _KEPT and (count > _MOST_VALUES or place + size > len(self.content)):
            raise RefusedError("broken_document")
        return tag, _Field(kind, count, self.content[place : place + size])

    def values(self, field: _Field) -> list[int]:
        """Return the whole numbers of a field."""
        form = {1: "B", 3: "H", 4: "L"}.get(field.kind)
        if form is None:
            raise RefusedError("broken_document")
        return list(struct.unpack(f"{self.order}{field.count}{form}", field.raw))


def _pieces(reader: _Reader, page: dict[int, _Field]) -> tuple[int, list[bytes]]:
    """Return the tag of the places of a page's strips or tiles, and their bytes."""
    for tag, sizes in _PLACES.items():
        if tag in page and sizes in page:
            places, lengths = reader.values(page[tag]), reader.values(page[sizes])
            pieces = [
                reader.content[at : at + length]
                for at, length in zip(places, lengths, strict=False)
            ]
            if [len(piece) for piece in pieces] != lengths:
                raise RefusedError("broken_document")
            return tag, pieces
    raise RefusedError("broken_document")


def _cleaned(reader: _Reader, page: dict[int, _Field], pieces: list[bytes]) -> list[bytes]:
    """Return pieces without what a JPEG piece may carry besides its pixels."""
    compression = reader.values(page[_COMPRESSION])[0] if _COMPRESSION in page else 1
    if compression == _OLD_JPEG:
        raise RefusedError("broken_document")
    if compression != _NEW_JPEG:
        return pieces
    try:
        if _JPEG_TABLES in page:
            tables = clean_jpeg(page[_JPEG_TABLES].raw)
            page[_JPEG_TABLES] = _Field(7, len(tables), tables)
        return [clean_jpeg(piece) for piece in pieces]
    except WithheldError as error:
        raise RefusedError("broken_document") from error


def clean_tiff(content: bytes) -> bytes:
    """Return a TIFF with the same pages and pixels and nothing else."""
    reader = _Reader(content)
    out = bytearray(content[:4] + bytes(4))
    link = 4
    for page in reader.pages():
        tag, pieces = _pieces(reader, page)
        pieces = _cleaned(reader, page, pieces)
        places = []
        for piece in pieces:
            places.append(len(out))
            out += piece + b"\0" * (len(piece) % 2)
        count = len(pieces)
        page[tag] = _Field(4, count, struct.pack(f"{reader.order}{count}L", *places))
        sizes = struct.pack(f"{reader.order}{count}L", *map(len, pieces))
        page[_PLACES[tag]] = _Field(4, count, sizes)
        struct.pack_into(f"{reader.order}L", out, link, len(out))
        link = _write_page(out, page, reader.order)
    return bytes(out)


def _write_page(out: bytearray, page: dict[int, _Field], order: str) -> int:
    """Add the directory of a page and its values; return where the place of the next one goes."""
    start = len(out)
    out += struct.pack(f"{order}H", len(page)) + bytes(12 * len(page) + 4)
    for number, (tag, field) in enumerate(sorted(page.items())):
        at = start + 2 + 12 * number
        struct.pack_into(f"{order}HHL", out, at, tag, field.kind, field.count)
        if len(field.raw) <= 4:
            out[at + 8 : at + 12] = field.raw.ljust(4, b"\0")
            continue
        struct.pack_into(f"{order}L", out, at + 8, len(out))
        out += field.raw + b"\0" * (len(field.raw) % 2)
    return start + 2 + 12 * len(page)
