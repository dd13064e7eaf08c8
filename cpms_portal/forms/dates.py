"""Reading dates as people write them."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(?:(\d{1,2})[./ -]\s*)?(\d{1,2})[./ -]\s*)?(\d{4})")
Parts = tuple[int, int | None, int | None]


def _parts(text: str) -> Parts | None:
    iso = _ISO.fullmatch(text)
    if iso:
        year, month, day = iso.groups()
    else:
        found = _DAY_FIRST.fullmatch(text)
        if found is None:
            return None
        day, month, year = found.groups()
    return int(year), int(month) if month else None, int(day) if day else None


def read_day(text: str) -> date | None:
    """Return the day a text names, or None."""
    parts = _parts(text)
    if parts is None or None in parts:
        return None
    try:
        return date(parts[0], parts[1] or 0, parts[2] or 0)
    except ValueError:
        return None


def read_partial(text: str) -> str | None:
    """Return ``2019``, ``2019-05`` or ``2019-05-21`` for what a text names, or None."""
    parts = _parts(text)
    if parts is None:
        return None
    year, month, day = parts
    try:
        whole = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if month is None:
        return f"{year:04}"
    return f"{year:04}-{month:02}" if day is None else whole.isoformat()
