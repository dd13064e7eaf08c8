"""Identity taken from a file itself: what its own attributes say of persons and numbers."""

from __future__ import annotations

from datetime import date

from cpms_portal.imaging.deidentification.elements import Dataset, Element, dictionary_vr
from cpms_portal.imaging.deidentification.identity import Traces
from cpms_portal.imaging.deidentification.table import ROWS, Action
from cpms_portal.imaging.deidentification.text import (
    ASCII,
    character_sets,
    decoded,
    is_vocabulary,
)

_CHARACTER_SET = 0x00080005
_BIRTH_DATES = (0x00100030, 0x00100033, 0x00100034)
_IDENTIFIERS = frozenset((
    0x00100020, 0x00101000, 0x00101001, 0x00101090, 0x00100050, 0x00080050, 0x00380010,
    0x00402016, 0x00402017, 0x00401001, 0x00400512, 0x00400551, 0x00120040, 0x00120042,
))  # fmt: skip
_NAMES = frozenset((0x00101005, 0x00101060, 0x00100010))
_PHRASE_VRS = frozenset(("LO", "SH", "UC", "ST", "LT", "UT", "AE", "PN"))
_GONE = (Action.REMOVE, Action.EMPTY, Action.DUMMY)
_LONGEST_PHRASE = 64

Evidence = tuple[tuple[int, str, bytes, bytes], ...]


def _vr_of(element: Element) -> str:
    """Return the VR a value is read by: a name stays one whatever VR the file gives it."""
    known = dictionary_vr(element.tag)
    return known if known == "PN" or element.vr == "UN" else element.vr


def _is_evidence(element: Element, vr: str) -> bool:
    if vr == "PN" or element.tag in _IDENTIFIERS or element.tag in _BIRTH_DATES:
        return True
    row = ROWS.get(element.tag)
    return row is not None and row[0] in _GONE and vr in _PHRASE_VRS


def evidence_of(dataset: Dataset) -> Evidence:
    """Return the identifying values of a file with their character sets, hashable and small.

    Slices of one series give equal evidence, so what is made from it is made once.
    """
    found: dict[tuple[int, str, bytes, bytes], None] = {}
    charset = dataset.find(_CHARACTER_SET)
    default = charset.raw if charset and charset.items is None else b""
    stack = [(dataset, default)]
    while stack:
        level, terms = stack.pop()
        for element in level.elements:
            if element.items is not None:
                for item in element.items:
                    own = item.find(_CHARACTER_SET)
                    stack.append((item, own.raw if own and own.items is None else terms))
            elif 0 < element.end - element.value <= 1024:
                vr = _vr_of(element)
                if _is_evidence(element, vr):
                    found[element.tag, vr, element.raw, terms] = None
    return tuple(found)


def _phrases(text: str) -> list[str]:
    """Return an address or a place as a whole and its telling parts."""
    whole = text.strip()
    if len(whole) > _LONGEST_PHRASE or all(is_vocabulary(word) for word in whole.split()):
        return []
    return [whole, *(word for word in whole.split() if len(word) >= 5 and not is_vocabulary(word))]


def _add(traces: Traces, tag: int, vr: str, text: str) -> None:
    for value in text.split("\\"):
        value = value.strip(" \0")
        if not value:
            continue
        if vr == "PN" or tag in _NAMES:
            traces.add_name(value)
        elif tag in _IDENTIFIERS:
            traces.add_identifier(value)
        elif tag in _BIRTH_DATES:
            _add_day(traces, value)
        else:
            for phrase in _phrases(value):
                traces.add_phrase(phrase)


def _add_day(traces: Traces, value: str) -> None:
    digits = "".join(letter for letter in value if letter.isdigit())
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        traces.add_phrase(value)
        return
    traces.add_day(day)


def _as_utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def traces_of(evidence: Evidence) -> Traces:
    """Return what to look for, from the evidence of a file."""
    traces = Traces()
    for tag, vr, raw, terms in evidence:
        encodings = character_sets(terms) if terms else ASCII
        text = decoded(raw, encodings, vr)
        _add(traces, tag, vr, text)
        # Many files name another character set than they use; elsewhere it may be the right one.
        if not raw.isascii() and (other := _as_utf8(raw)) not in ("", text):
            _add(traces, tag, vr, other)
    return traces
