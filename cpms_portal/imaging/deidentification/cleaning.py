"""What happens to one value: by the table of the standard, else by its VR."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import partial

from cpms_portal.imaging.deidentification.codes import is_concept
from cpms_portal.imaging.deidentification.elements import Element, dictionary_vr
from cpms_portal.imaging.deidentification.identity import Finder
from cpms_portal.imaging.deidentification.keyed import Shift, UIDMap, is_class_uid, pseudonym
from cpms_portal.imaging.deidentification.moments import MOVERS, UNMOVED
from cpms_portal.imaging.deidentification.table import ROWS, Action, is_required
from cpms_portal.imaging.deidentification.text import (
    decoded,
    described,
    echo_free,
    encoded,
    is_known_character_set,
)

# None: the element goes. KEPT: it stays as it lies in the file. Bytes: its new value.
Outcome = bytes | None
KEPT = b"\0kept as it is"
REMOVED_TEXT = b"REMOVED"

_CLASS_UIDS = frozenset((
    0x00080016, 0x00081150, 0x0008001A, 0x0008001B, 0x00020002, 0x00041510, 0x00041512,
    0x00080062, 0x0008115A, 0x00081151, 0x00400031, 0x0040E010, 0x04000010, 0x04000510, 0x00020010,
))  # fmt: skip
_CODING_SCHEME_UID = 0x0008010C
_CODING_SCHEME = re.compile(r"2\.16\.840\.1\.113883\.6(?:\.\d{1,4}){1,3}")
_TERM = re.compile(rb"(?:[A-Za-z0-9_ .]{0,16}(?:\\|\0|$))*")
# Such terms as they are: a person called "Last Name" must not make PNAME a "P".
_TERMS = frozenset(
    b"TEXT NUM CODE DATETIME DATE TIME UIDREF PNAME COMPOSITE IMAGE WAVEFORM SCOORD SCOORD3D"
    b" TCOORD CONTAINER TABLE CONTAINS SEPARATE CONTINUOUS COMPLETE PARTIAL VERIFIED UNVERIFIED"
    b" POINT MULTIPOINT POLYLINE POLYGON INTERPOLATED CIRCLE ELLIPSE ELLIPSOID MONOCHROME1"
    b" MONOCHROME2 RGB YBR_FULL YBR_FULL_422 YBR_ICT YBR_RCT ORIGINAL DERIVED PRIMARY SECONDARY"
    b" AXIAL LOCALIZER VOLUME OTHER NONE YES RTSTRUCT RTDOSE RTPLAN RTIMAGE RTRECORD".split()
    + [b"PALETTE COLOR", b"HAS PROPERTIES", b"HAS OBS CONTEXT", b"HAS ACQ CONTEXT",
       b"INFERRED FROM", b"SELECTED FROM", b"HAS CONCEPT MOD"]
)  # fmt: skip
_DIGITS = re.compile(rb"\d{6}")
_DAY = re.compile(
    rb"(?<![\d.])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{6})?(?!\d)"
)
_PREGNANCY = frozenset((b"\1\0", b"\2\0", b"\3\0", b"\4\0", b"\0\1", b"\0\2", b"\0\3", b"\0\4"))
# Defined terms that readers depend on; each value is one word of the standard.
_DEFINED_TERMS = frozenset((
    0x00080008, 0x00080060, 0x00080061, 0x00280004, 0x00280301, 0x00282110, 0x00282114,
    0x00185100, 0x0040A040, 0x0040A010, 0x0040A050, 0x0040A491, 0x0040A493, 0x00700023,
))  # fmt: skip
_KINDS = dict.fromkeys(_DEFINED_TERMS, "term") | dict.fromkeys((0x00080100, 0x00080119), "code")
_FREE_TEXT = frozenset(("ST", "LT", "UT"))
_SHORT_TEXT = frozenset(("LO", "SH", "UC", "CS"))
_NUMBERS = {
    "DS": re.compile(rb"[\d+\-Ee. \\\0]*"),
    "IS": re.compile(rb"[\d+\- \\\0]*"),
    "AS": re.compile(rb"(?:\d{3}[DWMY][ \0]?)?"),
}
_BINARY = frozenset(("OB", "OW", "OF", "OD", "OL", "OV"))
_WIDTHS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "SV": 8, "UV": 8, "AT": 4}
_FAMILIES = {vr: "text" for vr in (*_FREE_TEXT, *_SHORT_TEXT)}
_FAMILIES |= {vr: "digits" for vr in ("DS", "IS")}
_FAMILIES |= {vr: "bytes" for vr in (*_BINARY, *_WIDTHS)}
_FAMILIES |= {vr: vr for vr in ("PN", "AE", "DA", "TM", "DT", "UI", "AS", "UR")}
_SEXES = (b"M", b"F", b"O")


class Cleaner:
    """Cleans values of one patient: knows the traces to look for, the UID map and the shift."""

    def __init__(self, key: bytes, finder: Finder, uids: UIDMap, shift: Shift) -> None:
        self.key = key
        self.finder = finder
        self.uids = uids
        self.shift = shift
        self.counts: Counter[str] = Counter()
        self._rules: dict[tuple[int, str], Callable[[Element, tuple[str, ...]], Outcome]] = {}
        self._texts: dict[tuple[str, bytes, tuple[str, ...]], Outcome] = {}
        self._told: dict[bytes, bool] = {}

    def __call__(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        """Return the new value of an element without items, KEPT, or None to leave it out."""
        return self._rule_of(element)(element, encodings)

    def unmoved(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        """Return the same for a date or time that was moved already: it is not moved again."""
        rule = self._rule_of(element)
        if rule != self._moment:
            return rule(element, encodings)
        return self._at(element, UNMOVED)

    def _rule_of(self, element: Element) -> Callable[[Element, tuple[str, ...]], Outcome]:
        rule = self._rules.get((element.tag, element.vr))
        if rule is None:
            rule = self._rules[element.tag, element.vr] = self._rule(element.tag, element.vr)
        return rule

    def _rule(self, tag: int, vr: str) -> Callable[[Element, tuple[str, ...]], Outcome]:
        row = ROWS.get(tag)
        if row is None:
            return self._by_vr(tag, vr)
        action = row[0]
        if action is Action.REMOVE or "SQ" in (vr, dictionary_vr(tag)):
            return self._removed
        if action is Action.EMPTY:
            return self._emptied
        if action is Action.DUMMY:
            return self._uid if vr == "UI" else self._dummy
        if action is Action.UID:
            return self._uid
        if action is Action.MOMENT:
            return self._moment if vr in MOVERS else self._removed
        if action is Action.CHARACTERISTIC:
            return partial(self._characteristic, tag)
        return partial(self._text, "described")

    def _by_vr(self, tag: int, vr: str) -> Callable[[Element, tuple[str, ...]], Outcome]:
        if tag == 0x00080005:
            return self._character_set
        known = dictionary_vr(tag)
        if tag & 0xFFFF == 0 or not known or vr in ("UN", "UR"):
            return self._removed
        if _FAMILIES.get(vr) != _FAMILIES.get(known):
            # A name written as plain text, a date as a number: what it is cannot be trusted.
            return self._removed
        if vr == "PN" or vr == "AE":
            return self._emptied
        if vr in MOVERS:
            return self._moment
        if vr == "UI":
            return partial(self._class_uid, tag)
        if vr in _NUMBERS:
            return self._number
        if vr in _FREE_TEXT:
            return partial(self._text, "described")
        if vr in _SHORT_TEXT:
            return partial(self._text, _KINDS.get(tag, "echo"))
        return self._bytes

    def private(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        """Return the outcome for a private element the standard calls safe: by its VR."""
        if element.vr in _NUMBERS:
            return self._number(element, encodings)
        if element.vr in _SHORT_TEXT:
            return self._text("echo", element, encodings)
        return self._bytes(element, encodings)

    def _removed(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        self.counts["removed"] += 1
        return None

    def _emptied(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        self.counts["emptied"] += 1
        return b""

    def _dummy(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        self.counts["replaced"] += 1
        if element.vr in _BINARY or element.vr == "UN":
            return b"\0\0"
        if element.vr in ("PN", "AE", "CS", "UR"):
            return REMOVED_TEXT
        if element.vr == "AS":
            return b"000Y"
        value = decoded(element.raw, encodings).strip(" \0")
        return pseudonym(self.key, "dummy", value).encode() if value else b""

    def _uid(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        self.counts["uids"] += 1
        values = element.raw.decode("latin-1").split("\\")
        return "\\".join(map(self.uids, values)).encode("latin-1", "replace")

    def _class_uid(self, tag: int, element: Element, encodings: tuple[str, ...]) -> Outcome:
        value = element.raw.decode("latin-1").strip(" \0")
        if tag in _CLASS_UIDS and all(map(is_class_uid, value.split("\\"))):
            return KEPT
        is_scheme = is_class_uid(value) or _CODING_SCHEME.fullmatch(value)
        if tag == _CODING_SCHEME_UID and is_scheme:
            return KEPT
        if value == self.uids(value):
            return KEPT
        return self._uid(element, encodings)

    def _moment(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        self.counts["moved"] += 1
        return self._at(element, self.shift)

    def _at(self, element: Element, shift: Shift) -> Outcome:
        move = MOVERS[element.vr]
        values = [part.strip(" \0") for part in element.raw.decode("latin-1").split("\\")]
        moved = [move(value, shift) if value else "" for value in values]
        if not any(moved):
            return b"19000101" if element.vr == "DA" and is_required(element.tag) else b""
        return "\\".join(moved).encode()

    def _characteristic(self, tag: int, element: Element, encodings: tuple[str, ...]) -> Outcome:
        value = element.raw.strip(b" \0")
        if tag == 0x00101010:
            return self._age(value)
        if tag in (0x00101020, 0x00101030):
            return self._measure(value, 2 if tag == 0x00101020 else 0)
        if tag == 0x00100040:
            return KEPT if value in _SEXES else b""
        if tag == 0x001021C0:
            return KEPT if element.raw in _PREGNANCY else None
        defined = (b"YES", b"NO", b"UNKNOWN") if tag == 0x001021A0 else (b"ALTERED", b"UNALTERED")
        return KEPT if value in defined else None

    def _age(self, value: bytes) -> Outcome:
        """Ages over 89 years are one group; days and weeks become months."""
        if not re.fullmatch(rb"\d{3}[DWMY]", value):
            return None
        number, unit = int(value[:3]), value[3:]
        if unit == b"Y":
            return b"090Y" if number > 89 else KEPT
        months = {b"D": number // 30, b"W": number * 7 // 30, b"M": number}[unit]
        return f"{months:03d}M".encode()

    def _measure(self, value: bytes, digits: int) -> Outcome:
        try:
            number = float(value)
        except ValueError:
            return None
        return f"{number:.{digits}f}".encode() if 0 <= number < 1000 else None

    def _character_set(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        return KEPT if is_known_character_set(element.raw) else None

    def _number(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        raw = element.raw
        if not _NUMBERS[element.vr].fullmatch(raw):
            self.counts["emptied"] += 1
            return b""
        if _DIGITS.search(raw) and self._is_telling(raw):
            self.counts["emptied"] += 1
            return b""
        return KEPT

    def _is_telling(self, raw: bytes) -> bool:
        """Say whether numbers hold one of the person's, or a day."""
        return bool(_DAY.search(raw)) or any(n in raw.decode() for n in self.finder.numbers)

    def _bytes(self, element: Element, encodings: tuple[str, ...]) -> Outcome:
        size = element.end - element.value
        if size % _WIDTHS.get(element.vr, 1):
            self.counts["removed"] += 1
            return None
        if size >= 4 and self._tells(element.raw):
            self.counts["removed"] += 1
            return None
        return KEPT

    def _tells(self, raw: bytes) -> bool:
        """Say whether bytes hold a trace; small values are often met again."""
        if len(raw) > 64:
            return self.finder.in_bytes(raw)
        found = self._told.get(raw)
        if found is None:
            if len(self._told) > 20_000:
                self._told.clear()
            found = self._told[raw] = self.finder.in_bytes(raw)
        return found

    def _text(self, kind: str, element: Element, encodings: tuple[str, ...]) -> Outcome:
        key = (kind + element.vr, element.raw, encodings)
        if key in self._texts:
            outcome = self._texts[key]
        else:
            if len(self._texts) > 20_000:
                self._texts.clear()
            outcome = self._texts[key] = self._cleaned_text(kind, element, encodings)
        if outcome is not KEPT:
            self.counts["cleaned"] += 1
        if outcome == b"" and element.raw.strip(b" \0") and is_required(element.tag):
            return REMOVED_TEXT
        if outcome == b"" and element.tag not in ROWS and element.raw.strip(b" \0"):
            # What the table does not list may be required; a word is valid everywhere.
            return REMOVED_TEXT
        return outcome

    def _cleaned_text(self, kind: str, element: Element, encodings: tuple[str, ...]) -> Outcome:
        raw = element.raw
        # A defined term has at most 16 characters (PS3.5 6.2), each one in the set of CS.
        if kind == "term" and self._is_term(raw):
            return KEPT
        text = decoded(raw, encodings, element.vr).rstrip(" \0")
        if any(letter < " " and letter not in "\r\n\t\f" for letter in text):
            return b""
        separate = "\\" if element.vr in _SHORT_TEXT else None
        values = text.split(separate) if separate else [text]
        cleaned = [self._one_text(kind, value) for value in values]
        if kind == "term":
            # Values of a term have their places: an empty one may be an error.
            cleaned = [new or value and "OTHER" for new, value in zip(cleaned, values, strict=True)]
        if cleaned == values:
            return b"" if self.finder.in_bytes(raw) else KEPT
        new = encoded("\\".join(cleaned), encodings) if any(cleaned) else b""
        return b"" if self.finder.in_bytes(new) else new

    def _is_term(self, raw: bytes) -> bool:
        terms = {term.strip(b" \0") for term in raw.split(b"\\")}
        return terms <= _TERMS or bool(_TERM.fullmatch(raw) and not self.finder.in_bytes(raw))

    def _one_text(self, kind: str, value: str) -> str:
        if kind == "described":
            return described(value, self.finder)
        if kind == "code" and is_concept(value) and not self.finder.spans(value):
            return value
        return echo_free(value, self.finder, self.uids)
