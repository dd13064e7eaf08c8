"""Dates and times in DICOM's writing (PS3.5 section 6.2), moved by one shift for a patient.

Days move by whole days. The time of day moves by a few minutes and stops at the end
of the day: order and date stay true together, also when an element holds only a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from cpms_portal.imaging.deidentification.keyed import Shift

_DATE = re.compile(r"(\d{4})([.-]?)(\d{2})\2(\d{2})")
_TIME = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2})(\.\d{1,6})?)?)?")
_DATE_TIME = re.compile(r"(\d{4})(\d{2})?(\d{2})?(\d[\d.]*)?([+-]\d{4})?")
_LAST_SECOND = 86_399
#: For what was moved already: it is only read and written anew.
UNMOVED = Shift(0, 0)


def _moved_day(year: int, month: int, day: int, shift: Shift) -> str:
    try:
        return (date(year, month, day) + timedelta(days=shift.days)).strftime("%Y%m%d").zfill(8)
    except (ValueError, OverflowError):
        return ""


def moved_date(text: str, shift: Shift) -> str:
    """Return a DA value moved; empty when it is no date. Ranges keep their hyphen."""
    if len(text) in (17, 18) and "-" in text and text.count("-") == 1:
        return "-".join(moved_date(part.strip(), shift) for part in text.split("-"))
    match = _DATE.fullmatch(text)
    if not match:
        return ""
    return _moved_day(int(match[1]), int(match[3]), int(match[4]), shift)


def moved_time(text: str, shift: Shift) -> str:
    """Return a TM value moved, as precise as it was; empty when it is no time."""
    match = _TIME.fullmatch(text)
    if not match:
        return ""
    parts = [int(part or 0) for part in match.group(1, 2, 3)]
    if parts[0] > 23 or parts[1] > 59 or parts[2] > 60:
        return ""
    at = min(parts[0] * 3600 + parts[1] * 60 + parts[2] + shift.seconds, _LAST_SECOND)
    precision = 2 * sum(part is not None for part in match.group(1, 2, 3))
    moved = f"{at // 3600:02d}{at // 60 % 60:02d}{at % 60:02d}"[:precision]
    return moved + (match[4] or "")


def moved_date_time(text: str, shift: Shift) -> str:
    """Return a DT value moved, without its time zone; empty when it is no date and time."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        return ""
    year, month, day, time = match.group(1, 2, 3, 4)
    moved = _moved_day(int(year), int(month or 7), int(day or 1), shift)
    if not moved or not day:
        return moved[: 4 + 2 * bool(month)]
    return moved + (moved_time(time, shift) if time else "")


#: What moves a value, by its VR.
MOVERS: dict[str, Callable[[str, Shift], str]] = {
    "DA": moved_date,
    "TM": moved_time,
    "DT": moved_date_time,
}
