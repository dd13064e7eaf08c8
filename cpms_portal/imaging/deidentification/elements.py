"""Data elements as they lie in the bytes: where they start, where they end, what is inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydicom.datadict import DicomDictionary, RepeatersDictionary, mask_match

from cpms_portal.imaging.deidentification.syntaxes import Encoding

Bytes = bytes | bytearray | memoryview

ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
PIXELS = (0x7FE00008, 0x7FE00009, PIXEL_DATA)

LONG_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
SHORT_VRS = frozenset(
    [
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
        "UL",
        "US",
    ]
)
KNOWN_VRS = LONG_VRS | SHORT_VRS


class Element:
    """One element of a data set.

    ``start``–``end``: the whole element in ``source``; ``value``–``end``: its value.
    ``items``: data sets of a sequence. ``fragments``: (start, end) of encapsulated pixels.
    """

    __slots__ = ("tag", "vr", "start", "value", "end", "items", "fragments", "source")

    def __init__(self, tag: int, vr: str, places: tuple[int, int, int], source: Bytes) -> None:
        self.tag = tag
        self.vr = vr
        self.start, self.value, self.end = places
        self.items: list[Dataset] | None = None
        self.fragments: list[tuple[int, int]] | None = None
        self.source = source

    @property
    def raw(self) -> bytes:
        """The value as it lies in the file."""
        return bytes(self.source[self.value : self.end])


@dataclass(slots=True)
class Dataset:
    """The elements of one level, in the order of the file, and how they are written."""

    encoding: Encoding
    elements: list[Element] = field(default_factory=list)

    def find(self, tag: int) -> Element | None:
        """Return the last element with a tag, or None."""
        for element in reversed(self.elements):
            if element.tag == tag:
                return element
        return None

    def text(self, tag: int) -> str:
        """Return a short ASCII value (CS, UI, IS, DS); empty when absent or not plain."""
        element = self.find(tag)
        if element is None or element.items is not None or element.end - element.value > 1024:
            return ""
        return element.raw.decode("latin-1").strip(" \0")

    def number(self, tag: int) -> int | None:
        """Return the first value of a US or IS element; None when absent or not a number."""
        element = self.find(tag)
        if element is None or element.items is not None:
            return None
        raw = element.raw
        if element.vr == "IS":
            first = raw.split(b"\\")[0].strip(b" \0")
            return int(first) if first.lstrip(b"+-").isdigit() and len(first) <= 12 else None
        if len(raw) < 2:
            return None
        return int.from_bytes(raw[:2], "little" if self.encoding.little else "big")

    def everything(self) -> Iterator[tuple[Element, Dataset]]:
        """Yield each element of this level and of every item below, with its own level."""
        for element in self.elements:
            yield element, self
            for item in element.items or ():
                yield from item.everything()


_vr_cache: dict[int, str] = {}


def _looked_up(tag: int) -> str:
    if tag in DicomDictionary:
        return DicomDictionary[tag][0]
    text = f"{tag:08x}"
    mask = mask_match(tag) if not (tag >> 16) & 1 else None
    return RepeatersDictionary[mask][0] if mask and text else ""


def dictionary_vr(tag: int) -> str:
    """Return the VR of a public tag (PS3.6), one of those it may have; empty when unknown."""
    vr = _vr_cache.get(tag)
    if vr is None:
        options = _looked_up(tag).split(" or ")
        vr = "OW" if "OW" in options else options[0]
        vr = vr if vr in KNOWN_VRS or vr == "" else ""
        if len(_vr_cache) < 20_000:
            _vr_cache[tag] = vr
    return vr
