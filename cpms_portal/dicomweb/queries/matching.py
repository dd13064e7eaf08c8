"""How an attribute matches a key (PS3.4 section C.2.2.2), on data sets in DICOM JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Any

from cpms_portal.dicomweb.queries.questions import Place, Wanted

Found = dict[str, Any]
_RANGED = frozenset(["DA", "TM", "DT"])
_NUMBERS = frozenset(["DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"])
#: Where wildcards count; elsewhere ``*`` and ``?`` are letters (PS3.4 section C.2.2.2.4).
_WILD = frozenset(["AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"])


def matches(found: Found, asked: Mapping[Place, Wanted]) -> bool:
    """Say whether a data set has everything asked for."""
    return all(_has(found, place, wanted) for place, wanted in asked.items())


def _has(found: Found, place: Place, wanted: Wanted) -> bool:
    element = found.get(place[0], {})
    if len(place) == 1:
        return any(_fits(element, one) for one in wanted)
    items = element.get("Value", ())
    if not items and None in wanted:
        return True
    return any(_has(item, place[1:], wanted) for item in items)


def _fits(element: Found, wanted: str | None) -> bool:
    values = [text for value in element.get("Value", ()) for text in _texts(value)]
    if wanted is None:
        return not any(values)
    vr = element.get("vr", "")
    if vr == "UI":
        return not set(values).isdisjoint(re.split(r"[,\\]", wanted))
    if vr in _RANGED and "-" in wanted:
        low, _dash, high = wanted.partition("-")
        return any(value and _within(value, low, high) for value in values)
    if vr in _NUMBERS:
        return _number(wanted) in [_number(value) for value in values]
    if vr in _WILD and ("*" in wanted or "?" in wanted):
        pattern = _pattern(wanted, vr == "PN")
        return any(pattern.match(value) for value in values)
    if vr == "PN":
        return wanted.casefold().rstrip("^") in [one.casefold().rstrip("^") for one in values]
    return wanted in values


def _texts(value: Any) -> list[str]:
    """Return a value as text; a name in each of its ways of writing."""
    if isinstance(value, dict):
        return [str(written) for written in value.values() if not isinstance(written, dict)]
    return [""] if value is None else [str(value)]


def _within(value: str, low: str, high: str) -> bool:
    """Say whether a moment is in a range; an end that says less holds all that it begins."""
    return low <= value and (not high or value <= high or value.startswith(high))


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


@lru_cache(maxsize=256)
def _pattern(text: str, any_case: bool) -> re.Pattern[str]:
    escaped = "".join(f"[{letter}]" if letter == "[" else letter for letter in text)
    return re.compile(translate(escaped), re.I if any_case else 0)
