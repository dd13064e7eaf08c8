"""What matched, narrowed to what somebody may find, counted and put in order: sets, no words.

Everything that is counted, offered or shown comes out of ``seen``. Ranking by words is dear, so
no more than ``RANKED`` passages are: of more, those with the words in their titles, in a language
the reader reads, changed last. The others follow them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from cpms_portal.search.fulltext.columns import Array, Columns

RANKED = 400
#: Words in the title count before the language, the language before the last change.
IN_TITLE, IN_MINE = 4e12, 2e12


@dataclass(frozen=True)
class Reader:
    """Who asks: the sets of viewers they belong to, the moment, the languages they read."""

    audiences: Collection[int]
    now: float
    languages: Collection[str] = ()


def seen(columns: Columns, rows: Array, reader: Reader) -> Array:
    """Return the rows of what a reader may find at this moment, of some rows."""
    audience, insiders = columns["audience"][rows], columns["insiders"][rows]
    if not len(rows):
        return rows
    most = max(int(audience.max()), int(insiders.max()), *reader.audiences, 0)
    belongs = numpy.zeros(most + 1, dtype=bool)
    belongs[list(reader.audiences)] = True
    on_time = (columns["since"][rows] <= reader.now) & (columns["until"][rows] > reader.now)
    return rows[(belongs[audience] & on_time) | belongs[insiders]]


def narrowed(columns: Columns, rows: Array, by: Mapping[str, Any]) -> Array:
    """Return those of some rows that have a value of each facet given."""
    for name in ("kind", "network", "language"):
        value = by.get(name)
        if value not in (None, ""):
            rows = rows[columns[name][rows] == columns.codes[name].of(value)]
    if by.get("tag"):
        where, tags = columns.tagged
        has = numpy.zeros(len(columns.ids), dtype=bool)
        has[where[tags == columns.codes["tag"].of(by["tag"])]] = True
        rows = rows[has[rows]]
    return rows


class Matched:
    """What was found for somebody: passages as rows, and the things they are passages of."""

    def __init__(self, columns: Columns, rows: Array) -> None:
        self.columns = columns
        self.rows = rows
        one = numpy.full(len(columns.codes["thing"].values), -1, dtype=numpy.int64)
        one[columns["thing"][rows]] = rows
        self._each = one[one >= 0]

    @property
    def total(self) -> int:
        """How many things there are."""
        return len(self._each)

    def facets(self) -> dict[str, tuple[tuple[Any, int], ...]]:
        """Return how many things have each value of a facet, most first."""
        columns = self.columns
        there = numpy.zeros(len(columns.ids), dtype=bool)
        there[self._each] = True
        where, tags = columns.tagged
        counted = {
            "kind": columns["kind"][self._each],
            "network": columns["network"][self._each],
            "language": columns["language"][self.rows],
            "tag": tags[there[where]],
        }
        return {name: self._counted(name, codes) for name, codes in counted.items()}

    def _counted(self, name: str, codes: Array) -> tuple[tuple[Any, int], ...]:
        values = self.columns.codes[name].values
        numbers = numpy.bincount(codes)
        found = [(values[code], int(numbers[code])) for code in numpy.flatnonzero(numbers)]
        return tuple(sorted(found, key=lambda pair: (-pair[1], str(pair[0]))))

    def hopeful(self, in_title: Array, languages: Iterable[str]) -> Array:
        """Return all rows, the most hopeful first. in_title: rows with the words in the title."""
        titled = numpy.zeros(len(self.columns.ids), dtype=bool)
        titled[in_title] = True
        worth = self.columns["changed"][self.rows] + IN_TITLE * titled[self.rows]
        worth += IN_MINE * self.in_languages(self.rows, languages)
        return self.rows[numpy.argsort(-worth, kind="stable")]

    def in_languages(self, rows: Array, languages: Iterable[str]) -> Array:
        """Return whether the text of each row is in one of some languages."""
        known = self.columns.codes["language"]
        mine = numpy.zeros(len(known.values) + 1, dtype=bool)
        mine[[known.of(one) for one in languages]] = True
        mine[-1] = False  # of those no passage is in
        return mine[self.columns["language"][rows]]

    def first_of_each(self, rows: Array) -> Iterator[int]:
        """Yield rows in their order, of each thing only the first."""
        things = self.columns["thing"][rows].tolist()
        taken: set[int] = set()
        for row, thing in zip(rows.tolist(), things, strict=True):
            if thing not in taken:
                taken.add(thing)
                yield row
