"""Rewriting: a data set is walked once; what need not change is copied as it lies."""

from __future__ import annotations

from functools import lru_cache

from cpms_portal.imaging.deidentification import table, writer
from cpms_portal.imaging.deidentification.cleaning import KEPT, REMOVED_TEXT, Cleaner
from cpms_portal.imaging.deidentification.elements import (
    PIXEL_DATA,
    PIXELS,
    Dataset,
    Element,
    dictionary_vr,
)
from cpms_portal.imaging.deidentification.heads import FEATURES, SHOWN, shows_head
from cpms_portal.imaging.deidentification.pixels import encapsulated_pixels, native_pixels
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.deidentification.returning import Given, staying
from cpms_portal.imaging.deidentification.syntaxes import VIDEO, Encoding, encoding_of
from cpms_portal.imaging.deidentification.table import ROWS, SAFE_PRIVATE, Action
from cpms_portal.imaging.deidentification.text import ASCII, character_sets
from cpms_portal.imaging.deidentification.videos import clean_video
from cpms_portal.imaging.deidentification.writer import Chunks

_CHARACTER_SET = 0x00080005
_OFFSETS, _LENGTHS = 0x7FE00001, 0x7FE00002
_PERFORMED_STEP = 0x00081111
_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
# Commands, file meta, directories, what signatures were made with, signatures, padding.
_GROUPS = (0, 2, 4, 6, 0x4FFE, 0xFFFA, 0xFFFC)
_DUMMY_CODES = (0x00401101,)
# Encrypted Attributes Sequence, and its syntax and content: whoever has the key of the one it
# was encrypted for reads the original in it. The table does not list them.
_ENCRYPTED = (0x04000500, 0x04000510, 0x04000520)


class Rewriter:
    """Writes the new data set of one file.

    back: what the portal gave, for an object that comes back; None for all others.
    """

    def __init__(
        self, cleaner: Cleaner, syntax: str, pseudonym: str, back: Given | None = None
    ) -> None:
        self.clean = cleaner
        self.syntax = syntax
        self.out = encoding_of(syntax)
        self.pseudonym = pseudonym.encode()
        self.back = back
        self.report = False
        self.head = False

    def rewritten(
        self, dataset: Dataset, inside: dict[int, tuple[str, bytes]] | None = None
    ) -> Chunks:
        """Return the data set of the file, de-identified and marked so.

        inside: values that were cleaned elsewhere, by tag: a document (VR, value).
        """
        self.report = dataset.text(0x00080016).startswith(_REPORTS)
        self.head = shows_head(dataset)
        own = self._own(dataset)
        for tag, (vr, value) in (inside or {}).items():
            own[tag] = [writer.element(tag, vr, value, self.out)]
        written: list[tuple[int, Chunks]] = [
            (tag, chunks) for tag, chunks in self._level(dataset, ASCII, top=True) if tag not in own
        ]
        written += own.items()
        written.sort(key=lambda entry: entry[0])
        return [chunk for _, chunks in written for chunk in chunks]

    def _own(self, dataset: Dataset) -> dict[int, Chunks]:
        """Return the elements that are ours: who it is now, and what was done (PS3.15 E.1.1)."""
        own = dict(_marks(self.pseudonym, self.out))
        if self.head:
            # Nobody took the face away, whatever the maker's machine says of it.
            own[FEATURES] = [writer.element(FEATURES, "CS", SHOWN, self.out)]
        if dataset.find(0x00100040) is None:
            own[0x00100040] = [writer.element(0x00100040, "CS", b"", self.out)]
        return own

    def _level(
        self, dataset: Dataset, encodings: tuple[str, ...], *, top: bool = False
    ) -> list[tuple[int, Chunks]]:
        """Return what stays of the elements of one level."""
        charset = dataset.find(_CHARACTER_SET)
        if charset is not None and charset.items is None:
            encodings = character_sets(charset.raw)
        found: dict[int, Chunks] = {}
        creators = _creators(dataset)
        stay = staying(dataset, self.back) if self.back else frozenset()
        for element in dataset.elements:
            tag = element.tag
            if (tag >> 16) & 1:
                chunks = self._private(element, dataset.encoding, encodings, creators)
            elif tag in PIXELS:
                chunks = self._pixels(element, dataset) if top else None
            elif tag >> 24 in (0x50, 0x60) or tag >> 16 in _GROUPS or tag in _ENCRYPTED:
                self.clean.counts["removed"] += 1
                chunks = None
            elif tag in (_OFFSETS, _LENGTHS):
                chunks = None
            elif tag in stay:
                chunks = self._stayed(element, dataset.encoding, encodings)
            else:
                chunks = self._public(element, dataset.encoding, encodings)
            if chunks is not None:
                found[tag] = chunks
        return list(found.items())

    def _stayed(
        self, element: Element, encoding: Encoding, encodings: tuple[str, ...]
    ) -> Chunks | None:
        if element.vr == "UN":
            element.vr = dictionary_vr(element.tag)
        return self._written(element, encoding, self.clean.unmoved(element, encodings))

    def _public(
        self, element: Element, encoding: Encoding, encodings: tuple[str, ...]
    ) -> Chunks | None:
        if element.vr == "UN":
            known = dictionary_vr(element.tag)
            element.vr = known if known not in ("", "SQ") else "UN"
        if element.items is not None:
            return self._sequence(element, encodings)
        if element.vr == "SQ":
            return None
        if element.fragments is not None:
            self.clean.counts["removed"] += 1
            return None
        return self._written(element, encoding, self.clean(element, encodings))

    def _written(
        self, element: Element, encoding: Encoding, outcome: bytes | None
    ) -> Chunks | None:
        if outcome is None:
            return None
        if outcome is not KEPT:
            return [writer.element(element.tag, element.vr, outcome, self.out)]
        if encoding == self.out:
            return [element.source[element.start : element.end]]
        return [writer.element(element.tag, element.vr, element.raw, self.out)]

    def _sequence(self, element: Element, encodings: tuple[str, ...]) -> Chunks | None:
        tag, row = element.tag, ROWS.get(element.tag)
        if tag in _DUMMY_CODES:
            return self._dummy_code(tag)
        if row is None and (not dictionary_vr(tag) or element.vr != "SQ"):
            self.clean.counts["removed"] += 1
            return None
        if row is not None and row[0] is not Action.DESCEND:
            self.clean.counts["removed"] += 1
            empty = row[0] is Action.EMPTY or (self.report and tag == _PERFORMED_STEP)
            return writer.sequence(tag, [], self.out) if empty else None
        items = [self._item(item, encodings) for item in element.items or ()]
        return writer.sequence(tag, items, self.out)

    def _item(self, item: Dataset, encodings: tuple[str, ...]) -> Chunks:
        return [chunk for _, chunks in self._level(item, encodings) for chunk in chunks]

    def _dummy_code(self, tag: int) -> Chunks:
        self.clean.counts["replaced"] += 1
        code = [
            writer.element(0x00080100, "SH", REMOVED_TEXT, self.out),
            writer.element(0x00080102, "SH", b"99CPMS", self.out),
            writer.element(0x00080104, "LO", REMOVED_TEXT, self.out),
        ]
        return writer.sequence(tag, [list(code)], self.out)

    def _private(
        self,
        element: Element,
        encoding: Encoding,
        encodings: tuple[str, ...],
        creators: dict[int, str],
    ) -> Chunks | None:
        group, number = element.tag >> 16, element.tag & 0xFFFF
        creator = creators.get(element.tag & 0xFFFF0000 | number >> 8, "")
        if number < 0x100:
            name = creators.get(element.tag & 0xFFFF0000 | number, "")
            if any(known == name and at == group for at, known, _ in SAFE_PRIVATE):
                return [writer.element(element.tag, "LO", name.encode(), self.out)]
            return None
        vr = SAFE_PRIVATE.get((group, creator, number & 0xFF))
        if vr is None or vr == "SQ" or element.items is not None or element.fragments is not None:
            self.clean.counts["removed"] += 1
            return None
        element.vr = vr
        return self._written_private(element, encoding, encodings)

    def _written_private(
        self, element: Element, encoding: Encoding, encodings: tuple[str, ...]
    ) -> Chunks | None:
        outcome = self.clean.private(element, encodings)
        if outcome is KEPT:
            outcome = element.raw
        return self._written(element, encoding, outcome)

    def _pixels(self, element: Element, dataset: Dataset) -> Chunks:
        if element.fragments is not None:
            if element.tag != PIXEL_DATA:
                raise RefusedError("damaged")
            if self.syntax in VIDEO:
                video = clean_video(element, dataset, self.syntax, self.clean)
                return writer.encapsulated(element.tag, [[video]], self.out, table=False)[0]
            frames, changed = encapsulated_pixels(element, dataset, self.syntax)
            if not changed:
                return [memoryview(element.source)[element.start : element.end]]
            self.clean.counts["removed"] += 1
            return writer.encapsulated(element.tag, frames, self.out)[0]
        content, changed = native_pixels(element, dataset)
        if changed:
            self.clean.counts["removed"] += 1
        vr = element.vr if element.vr in ("OB", "OW", "OF", "OD") else "OW"
        return [writer.header(element.tag, vr, len(content), self.out), content]


@lru_cache(maxsize=64)
def _marks(pseudonym: bytes, out: Encoding) -> dict[int, Chunks]:
    """Return what says who it is now and what was done, the same for every file of a patient."""
    codes: list[Chunks] = [
        [
            writer.element(0x00080100, "SH", code.encode(), out),
            writer.element(0x00080102, "SH", b"DCM", out),
            writer.element(0x00080104, "LO", meaning.encode(), out),
        ]
        for code, meaning in table.OPTIONS.items()
    ]
    method = f"open CPMS rules {table.RULES_VERSION}\\DICOM PS3.15 {table.EDITION} Annex E"
    values = (
        (0x00100010, "PN", pseudonym),
        (0x00100020, "LO", pseudonym),
        (0x00100030, "DA", b""),
        (0x00120062, "CS", b"YES"),
        (0x00120063, "LO", method.encode()),
        (0x00280303, "CS", b"MODIFIED"),
    )
    own: dict[int, Chunks] = {
        tag: [writer.element(tag, vr, value, out)] for tag, vr, value in values
    }
    own[0x00120064] = writer.sequence(0x00120064, codes, out)
    return own


def _creators(dataset: Dataset) -> dict[int, str]:
    """Return the private creators of a level: group and block → name (PS3.5 section 7.8.1)."""
    found = {}
    for element in dataset.elements:
        names_a_block = (element.tag >> 16) & 1 and 0x10 <= element.tag & 0xFFFF <= 0xFF
        if names_a_block and element.items is None and element.end - element.value <= 128:
            found[element.tag] = element.raw.decode("latin-1").strip(" \0")
    return found
