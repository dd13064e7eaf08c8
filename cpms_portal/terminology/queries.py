"""Questions to the terms: suggest while one types, look a code up, understand what was typed."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence

from pyramid.registry import Registry

from cpms_portal.terminology.actions import filled_store
from cpms_portal.terminology.interfaces import Coding, Loaded
from cpms_portal.terminology.systems import SYSTEMS

#: What is suggested from when nothing else is said: disorders and signs.
USUAL = ("ORPHA", "HP")
_WORD = re.compile(r"[^\W_]+")
#: Words of a question that count, and letters of each.
MOST_WORDS, LONGEST_WORD = 8, 40
#: Names read for each term wanted, at most.
MOST_NAMES = 12
FOUND = """
SELECT r.system, r.version, t.code, t.display, t.retired, n.name, n.preferred, n.language
FROM name_index CROSS JOIN name n ON n.id = name_index.rowid
CROSS JOIN term t ON t.id = n.term CROSS JOIN release r ON r.id = t.release
WHERE name_index MATCH ? ORDER BY name_index.rowid LIMIT ?
"""
CODED = """
SELECT r.system, r.version, t.code, t.display, t.retired
FROM term t JOIN release r ON r.id = t.release
WHERE r.system = ? AND t.code = ?
"""


def words_of(text: str) -> list[str]:
    """Return the words of what was typed, as the index has them."""
    found = _WORD.findall(unicodedata.normalize("NFC", text))
    return [word[:LONGEST_WORD] for word in found[:MOST_WORDS]]


def match_of(text: str, systems: Sequence[str], *, first: bool = False) -> str | None:
    """Return the question to the full-text index, or None when too little was typed.

    Every word is quoted, so nothing that is typed is understood as syntax; the last one may go
    on. first: names that begin so.
    """
    words = words_of(text)
    if sum(map(len, words)) < 2:
        return None
    *whole, last = (f'"{word}"' for word in words)
    start = "^ " if first else ""
    typed = " AND ".join([*whole, f"{last} *"])
    if first:
        typed = f"{start}{' + '.join([*whole, last])} *"
    among = " OR ".join(f'"sys{system}"' for system in systems if system in SYSTEMS)
    return f"{{name}} : ({typed}) AND {{system}} : ({among})" if among else None


def _codes(text: str, systems: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what a text may be as a code: as written, in capitals, without or with its prefix."""
    typed = text.strip()
    for system in systems:
        prefix = SYSTEMS[system].prefix if system in SYSTEMS else ""
        bare = typed[len(prefix) :] if typed.upper().startswith(prefix) else typed
        for code in dict.fromkeys((bare, bare.strip(), bare.strip().upper())):
            if code:
                yield system, code


def _by_code(registry: Registry, text: str, systems: Sequence[str]) -> list[Coding]:
    found = (lookup(registry, system, code) for system, code in _codes(text, systems))
    return [coding for coding in dict.fromkeys(found) if coding and not coding.retired]


def _coding(row: sqlite3.Row) -> Coding:
    """Return a match as a coding: a preferred name as it is, a synonym as its term's display."""
    display = row["name"] if row["preferred"] else row["display"]
    written = written_code(row["system"], row["code"])
    also = [name for name in (row["name"], row["display"]) if name != display]
    shown = [] if written == display else [written]
    return Coding(row["system"], row["version"], row["code"], display, " · ".join([*shown, *also]))


def written_code(system: str, code: str) -> str:
    """Return a code as people write it, such as ORPHA:905."""
    prefix = SYSTEMS[system].prefix if system in SYSTEMS else ""
    return code if code.startswith(prefix) else prefix + code


def suggest(
    registry: Registry, text: str, systems: Sequence[str] = USUAL, limit: int = 12
) -> list[Coding]:
    """Return terms for what was typed so far: a code, names that begin so, names with the words.

    Case, accents and order of the words do not matter. Each term comes once.
    """
    found = {(c.system, c.code): c for c in _by_code(registry, text, systems)}
    for first in (True, False):
        question = match_of(text, systems, first=first)
        if question is None or len(found) >= limit:
            break
        # A term may be met under several names: reading goes on until there are enough terms.
        rows = filled_store(registry).stream(FOUND, (question, limit * MOST_NAMES))
        for row in rows:
            found.setdefault((row["system"], row["code"]), _coding(row))
            if len(found) >= limit:
                break
        rows.close()
    return list(found.values())[:limit]


def lookup(registry: Registry, system: str, code: str, version: str = "") -> Coding | None:
    """Return the term of a code, in a version or the current one; None when there is none."""
    condition, values = " AND r.current", [system, code]
    if version:
        condition, values = " AND r.version = ?", [*values, version]
    rows = filled_store(registry).read(CODED + condition, values)
    if not rows:
        return None
    row = rows[0]
    return Coding(
        row["system"], row["version"], row["code"], row["display"],
        written_code(row["system"], row["code"]), bool(row["retired"]),
    )  # fmt: skip


def resolve(registry: Registry, text: str, systems: Sequence[str] = USUAL) -> Coding | None:
    """Return the one term somebody typed instead of choosing: its code, or a name of only it."""
    by_code = _by_code(registry, text, systems)
    if by_code:
        return by_code[0] if len(by_code) == 1 else None
    words = [word.casefold() for word in words_of(_plain(text))]
    named = [
        coding
        for coding in suggest(registry, text, systems, limit=24)
        if words in ([w.casefold() for w in words_of(_plain(name))] for name in _names(coding))
    ]
    return named[0] if len(named) == 1 else None


def _names(coding: Coding) -> list[str]:
    return [coding.display, *coding.detail.split(" · ")]


def _plain(text: str) -> str:
    """Return a text without accents."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(char for char in parts if not unicodedata.combining(char))


def verify(registry: Registry, coding: Coding) -> Coding | None:
    """Return a chosen coding when its code exists in that version, with a name it really has."""
    question = (
        "SELECT n.name FROM name n JOIN term t ON t.id = n.term JOIN release r ON r.id = t.release"
        " WHERE r.system = ? AND r.version = ? AND t.code = ?"
    )
    rows = filled_store(registry).read(question, (coding.system, coding.version, coding.code))
    names = {row["name"] for row in rows}
    if coding.display in names:
        return coding
    return lookup(registry, coding.system, coding.code, coding.version) if names else None


def loaded(registry: Registry) -> list[Loaded]:
    """Return which versions of which code systems there are."""
    return filled_store(registry).loaded()
