"""Reading: bytes become a tree of elements, or an error that says why not.

Own and strict, because bad input must end in a reason, never in an exception or
a hang: every length is checked, depth and number of elements have a limit, and
each byte is looked at once.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import Struct

from cpms_portal.imaging.deidentification.elements import (
    ITEM,
    ITEM_END,
    KNOWN_VRS,
    LONG_VRS,
    PIXEL_DATA,
    SEQUENCE_END,
    UNDEFINED,
    Bytes,
    Dataset,
    Element,
    dictionary_vr,
)
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.deidentification.syntaxes import (
    DEFLATED,
    EXPLICIT,
    EXPLICIT_LITTLE,
    IMPLICIT,
    IMPLICIT_LITTLE,
    Encoding,
    encoding_of,
)

DEEPEST = 24
MOST_ELEMENTS = 2_000_000
LARGEST_INFLATED = 512 * 1024 * 1024
_HEADERS = {order: Struct(f"{order}HH2sH") for order in "<>"}
_TAG_LENGTH = {order: Struct(f"{order}HHL") for order in "<>"}
_LONG = {order: Struct(f"{order}L") for order in "<>"}
_NAMES = {vr.encode(): vr for vr in KNOWN_VRS}


@dataclass(slots=True)
class File:
    """A DICOM file taken apart. ``trailing``: how many bytes at its end belong to nothing."""

    syntax: str
    dataset: Dataset
    trailing: int
    rebuilt: bool


class _Walker:
    """Walks one buffer; ``end`` is never passed."""

    def __init__(self, source: Bytes) -> None:
        self.source = source
        self.left = MOST_ELEMENTS

    def header(self, at: int, end: int, encoding: Encoding) -> tuple[int, str, int, int]:
        """Return tag, VR, place and length of the value of the element that starts here."""
        if at + 8 > end:
            raise RefusedError("cut_off")
        if not encoding.explicit:
            group, number, length = _TAG_LENGTH["<"].unpack_from(self.source, at)
            tag = group << 16 | number
            return tag, dictionary_vr(tag) or "UN", at + 8, length
        group, number, name, length = _HEADERS[encoding.order].unpack_from(self.source, at)
        if group == 0xFFFE:
            return (
                group << 16 | number,
                "",
                at + 8,
                _LONG[encoding.order].unpack_from(self.source, at + 4)[0],
            )
        vr = _NAMES.get(name)
        if vr is None:
            raise RefusedError("damaged")
        if vr not in LONG_VRS:
            return group << 16 | number, vr, at + 8, length
        if at + 12 > end:
            raise RefusedError("cut_off")
        length = _LONG[encoding.order].unpack_from(self.source, at + 8)[0]
        return group << 16 | number, vr, at + 12, length

    def element(self, at: int, end: int, encoding: Encoding, depth: int) -> Element:
        """Return the element that starts here with everything inside it."""
        tag, vr, value, length = self.header(at, end, encoding)
        self.left -= 1
        if self.left < 0 or depth > DEEPEST:
            raise RefusedError("too_deep" if depth > DEEPEST else "too_large")
        if length != UNDEFINED:
            if value + length > end:
                raise RefusedError("cut_off")
            element = Element(tag, vr, (at, value, value + length), self.source)
            if vr == "SQ":
                element.items, _ = self.items(value, value + length, encoding, depth)
            elif vr == "UN" and length >= 8:
                self.hidden_sequence(element, depth)
            return element
        element = Element(tag, vr, (at, value, value), self.source)
        if tag == PIXEL_DATA or vr in ("OB", "OW"):
            element.fragments, element.end = self.fragments(value, end, encoding)
        elif vr in ("SQ", "UN"):
            inside = IMPLICIT_LITTLE if vr == "UN" else encoding
            element.vr = "SQ"
            element.items, element.end = self.items(value, end, inside, depth, open_end=True)
        else:
            raise RefusedError("damaged")
        return element

    def hidden_sequence(self, element: Element, depth: int) -> None:
        """Read the items of a sequence whose VR was lost (PS3.5 section 6.2.2)."""
        if dictionary_vr(element.tag) != "SQ":
            return
        try:
            items, _ = self.items(element.value, element.end, IMPLICIT_LITTLE, depth)
        except RefusedError as error:
            if error.code == "too_deep":
                raise
            return
        element.items, element.vr = items, "SQ"

    def items(
        self, at: int, end: int, encoding: Encoding, depth: int, *, open_end: bool = False
    ) -> tuple[list[Dataset], int]:
        """Return the items between two places and where they end."""
        found: list[Dataset] = []
        while at < end:
            tag, length = self.delimiter(at, end, encoding)
            at += 8
            if tag == SEQUENCE_END and open_end:
                return found, at
            if tag != ITEM:
                raise RefusedError("damaged")
            limit = end if length == UNDEFINED else at + length
            if limit > end:
                raise RefusedError("cut_off")
            item, at = self.level(at, limit, encoding, depth + 1, open_end=length == UNDEFINED)
            found.append(item)
        if open_end:
            raise RefusedError("cut_off")
        return found, at

    def delimiter(self, at: int, end: int, encoding: Encoding) -> tuple[int, int]:
        """Return tag and length of an item or delimiter."""
        if at + 8 > end:
            raise RefusedError("cut_off")
        group, number, length = _TAG_LENGTH[encoding.order].unpack_from(self.source, at)
        return group << 16 | number, length

    def level(
        self, at: int, end: int, encoding: Encoding, depth: int, *, open_end: bool
    ) -> tuple[Dataset, int]:
        """Return the data set of one item and where it ends."""
        dataset = Dataset(encoding)
        while at < end:
            if open_end and self.delimiter(at, end, encoding)[0] == ITEM_END:
                return dataset, at + 8
            element = self.element(at, end, encoding, depth)
            dataset.elements.append(element)
            at = element.end
        if open_end:
            raise RefusedError("cut_off")
        return dataset, at

    def fragments(self, at: int, end: int, encoding: Encoding) -> tuple[list[tuple[int, int]], int]:
        """Return the fragments of encapsulated pixel data (PS3.5 section A.4)."""
        found: list[tuple[int, int]] = []
        while True:
            tag, length = self.delimiter(at, end, encoding)
            at += 8
            if tag == SEQUENCE_END:
                return found, at
            if tag != ITEM or at + length > end:
                raise RefusedError("damaged" if tag != ITEM else "cut_off")
            found.append((at, at + length))
            at += length

    def file(self, at: int, encoding: Encoding) -> tuple[Dataset, int]:
        """Return the data set of a file and where what belongs to it ends.

        After the pixels, or when tags stop rising at the end of an object without
        pixels, what does not read as an element is left over, not an error.
        """
        dataset, end = Dataset(encoding), len(self.source)
        last, pixels, image = 0, False, False
        while at < end:
            try:
                element = self.element(at, end, encoding, 0)
            except RefusedError as error:
                if pixels or (not image and error.code == "damaged" and last > 0x0020000E):
                    return dataset, at
                raise
            if element.tag <= last and (pixels or element.tag >> 16 < 8):
                break
            dataset.elements.append(element)
            last, at = max(last, element.tag), element.end
            pixels = pixels or element.tag in (PIXEL_DATA, 0x7FE00008, 0x7FE00009)
            image = image or element.tag == 0x00280010
        if image and not pixels:
            raise RefusedError("pixels_short")
        return dataset, at


def _meta(source: Bytes) -> tuple[str, int]:
    """Return the transfer syntax named in the file meta information and where it ends."""
    walker, at, syntax = _Walker(source), 132, ""
    while at + 8 <= len(source) and bytes(source[at : at + 2]) == b"\x02\x00":
        element = walker.element(at, len(source), EXPLICIT_LITTLE, 0)
        if element.tag == 0x00020010:
            syntax = element.raw.decode("latin-1").strip(" \0")
        at = element.end
    return syntax, at


def _guessed(source: Bytes, at: int) -> str:
    """Guess the transfer syntax of a data set from its first element; empty when it is none."""
    group = int.from_bytes(source[at : at + 2], "little")
    if len(source) - at < 64 or group not in (0x0002, 0x0008):
        return ""
    return EXPLICIT if bytes(source[at + 4 : at + 6]) in _NAMES else IMPLICIT


def _inflated(source: Bytes, at: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(source[at:], LARGEST_INFLATED)
    except zlib.error as error:
        raise RefusedError("damaged") from error
    if inflater.unconsumed_tail:
        raise RefusedError("too_large")
    if not inflater.eof:
        raise RefusedError("cut_off")
    return content


def read_header(head: Bytes, whole: bool) -> Dataset | None:
    """Return the elements before the pixels from the first bytes of a file.

    None when more bytes are needed; RefusedError when it is not DICOM or damaged.
    whole: the bytes are the whole file.
    """
    marked = bytes(head[128:132]) == b"DICM"
    try:
        syntax, at = _meta(head) if marked else ("", 0)
        syntax = syntax or _guessed(head, at)
        if not syntax:
            raise RefusedError("not_dicom")
        if syntax == DEFLATED:
            return read_file(head).dataset if whole else None
        walker, dataset = _Walker(head), Dataset(encoding_of(syntax))
        while at < len(head):
            tag = walker.header(at, len(head), dataset.encoding)[0]
            if tag >> 16 >= 0x7FE0:
                return dataset
            element = walker.element(at, len(head), dataset.encoding, 0)
            dataset.elements.append(element)
            at = element.end
    except RefusedError as error:
        if error.code == "cut_off" and not whole:
            return None
        raise
    return dataset if whole else None


def read_file(source: Bytes) -> File:
    """Take a file apart; RefusedError with the code of the reason when that is not possible."""
    marked = bytes(source[128:132]) == b"DICM"
    syntax, at = _meta(source) if marked else ("", 0)
    rebuilt = not syntax
    if not syntax and not (syntax := _guessed(source, at)):
        raise RefusedError("not_dicom")
    if syntax == DEFLATED:
        source, at = _inflated(source, at), 0
    dataset, end = _Walker(source).file(at, encoding_of(syntax))
    return File(syntax, dataset, len(source) - end, rebuilt)
