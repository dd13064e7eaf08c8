"""Translations beside their original: which row says which, what is not said yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.resources import LibraryItem, PageText

Row = Mapping[str, Any]
#: What texts have in rows, and what names a row, where something does.
ROWS = {"steps": "", "questions": "anchor", "chapters": "at"}
#: What a row is the same by in every language.
CARRIED = frozenset({"anchor", "at", "picture"})
#: Number of the row of the original that a row of a form says, while it is written.
OF = "of"


def original_at(item: LibraryItem, version: int) -> PageText:
    """Return the original as it was in a version; as it is now where there is none such."""
    kept = item.versions.get(version) if version else None
    if kept is None or kept.language != item.original:
        now: PageText = item.texts[item.original]
        return now
    found: PageText = kept.text
    return found


def is_outdated(item: LibraryItem, text: PageText) -> bool:
    """Say whether a translation is older than what it translates."""
    original = item.texts.get(item.original)
    return original is not None and original is not text and text.translates < original.version


def is_partial(item: LibraryItem, text: PageText) -> bool:
    """Say whether a translation lacks some rows of its original."""
    original = item.texts.get(item.original)
    if original is None or original is text:
        return False
    return any(len(text.more.get(name, ())) < len(original.more.get(name, ())) for name in ROWS)


def to_translate(item: LibraryItem, language: str, *, filled: bool = False) -> dict[str, Any]:
    """Return what the form of a translation shows at first, a row for each of the original.

    filled: what is not translated yet begins with what the original says; else it is empty.
    """
    original = values_of(item, item.original)
    is_there = language in item.texts
    begun = original if filled else {}
    said = values_of(item, language) if is_there else dict(begun)
    for name in ROWS:
        if name in original:
            partners = _partners(item, language, name) if is_there else ()
            said[name] = _rows(original[name], said.get(name, ()), partners, filled=filled)
    return said


def _rows(
    original: Sequence[Row], said: Sequence[Row], partners: Sequence[int | None], *, filled: bool
) -> list[Row]:
    found: list[Row] = []
    for number, row in enumerate(original):
        at = partners[number] if number < len(partners) else None
        kept = row if filled else {key: row[key] for key in CARRIED if key in row}
        found.append({**(kept if at is None else said[at]), OF: str(number)})
    if partners:
        taken = set(partners)
        found += [{**row, OF: ""} for at, row in enumerate(said) if at not in taken]
    return found


def _partners(item: LibraryItem, language: str, name: str) -> list[int | None]:
    """Return for each row of the original the number of the row that translates it, if any."""
    text = item.texts[language]
    now, mine = (
        item.texts[item.original].more.get(name, ()),
        text.more.get(name, ()),
    )
    if key := ROWS[name]:
        places = {row.get(key): at for at, row in enumerate(mine)}
        return [places.get(row.get(key)) for row in now]
    then = original_at(item, text.translates).more.get(name, ())
    moved = {new: old for new, old in _same(then, now) if old < len(mine)}
    return [moved.get(at) for at in range(len(now))]


def _same(then: Sequence[Row], now: Sequence[Row]) -> list[tuple[int, int]]:
    """Return pairs of rows that are the same, now and then: steps have nothing that names them."""
    marks = [[(row.get("picture"), row.get("title")) for row in rows] for rows in (then, now)]
    pairs: list[tuple[int, int]] = []
    for tag, i, j, k, m in SequenceMatcher(None, marks[0], marks[1], autojunk=False).get_opcodes():
        if tag in ("equal", "replace"):
            pairs += zip(range(k, m), range(i, j), strict=False)
    return pairs


def said_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a translation in which something is said, as they are kept."""
    said = [row for row in rows if any(value for key, value in row.items() if _is_said(key))]
    return [{key: value for key, value in row.items() if key != OF} for row in said]


def _is_said(key: str) -> bool:
    return key != OF and key not in CARRIED


def with_themes(rows: Sequence[Row], original: Sequence[Row]) -> list[Row]:
    """Return questions with the theme that another one of the same theme was given."""
    names = [original[int(row[OF])]["theme"] if _names(row, original) else "" for row in rows]
    known = {name: row["theme"] for name, row in zip(names, rows, strict=True) if row["theme"]}
    return [
        {**row, "theme": row["theme"] or known.get(name, "") if row["question"] else row["theme"]}
        for name, row in zip(names, rows, strict=True)
    ]


def _names(row: Row, original: Sequence[Row]) -> bool:
    number = str(row.get(OF, ""))
    return number.isdecimal() and len(number) < 6 and int(number) < len(original)
