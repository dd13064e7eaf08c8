"""A structured report as lines of text: the content tree, in reading order (PS3.3 C.17.3)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydicom import dcmread

from cpms_portal.imaging.frames.decoding import FrameError

DEEPEST, MOST_LINES = 16, 2000
_PLAIN = {
    "TEXT": "TextValue",
    "DATE": "Date",
    "TIME": "Time",
    "DATETIME": "DateTime",
    "PNAME": "PersonName",
    "UIDREF": "",
}


@dataclass(frozen=True)
class Line:
    """One content item. level: how deep it stands. value: empty for a heading."""

    level: int
    name: str
    value: str


def lines_of(content: bytes) -> list[Line]:
    """Return the lines of a stored report; FrameError when it cannot be read."""
    try:
        report = dcmread(io.BytesIO(content))
        found = [Line(0, _name(report), "")]
        for line in _below(report, 1):
            if len(found) >= MOST_LINES:
                break
            found.append(line)
        return found
    except Exception as error:
        # Whatever a hostile file makes the library say ends in one sentence.
        raise FrameError from error


def _below(item: Any, level: int) -> Iterator[Line]:
    if level > DEEPEST:
        return
    for one in item.get("ContentSequence") or ():
        if "ValueType" in one:
            yield Line(level, _name(one), _value(one))
        yield from _below(one, level + 1)


def _meaning(codes: Any) -> str:
    return str(codes[0].get("CodeMeaning", "")) if codes else ""


def _name(item: Any) -> str:
    return _meaning(item.get("ConceptNameCodeSequence"))


def _value(item: Any) -> str:
    kind = str(item.ValueType)
    if kind == "CODE":
        return _meaning(item.get("ConceptCodeSequence"))
    if kind == "NUM":
        measured = item.get("MeasuredValueSequence")
        if not measured:
            return ""
        unit = measured[0].get("MeasurementUnitsCodeSequence")
        code = str(unit[0].get("CodeValue", "")) if unit else ""
        return f"{measured[0].get('NumericValue', '')} {'' if code == '1' else code}".strip()
    return str(item.get(_PLAIN.get(kind) or "TextValue") or "")
