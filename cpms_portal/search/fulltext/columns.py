"""What is known of every passage beside its words, in memory as columns.

A passage that changes gets a new number, so columns only grow: what is not there any more is
matched by no question. They hold no word and no title.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from cpms_portal.search.fulltext.postings import Postings
from cpms_portal.search.fulltext.store import TextStore

_SET = (
    "SELECT id, oid, anchor, kind, language, network, audience, insiders, since, until, changed"
    " FROM place WHERE id > ? ORDER BY id"
)
_TAGS = "SELECT place, tag FROM tag WHERE place > ? ORDER BY place"
#: Rows that are not there any more are forgotten when there are so many more of them.
MOST_GONE = 5000
Array = Any


class Codes:
    """The values of a column as small numbers; a number never means another value."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def taken(self, values: Iterable[Any]) -> Array:
        """Return the numbers of some values; new ones get the next."""
        numbers = self._numbers
        found = []
        for value in values:
            number = numbers.get(value)
            if number is None:
                number = numbers[value] = len(self.values)
                self.values.append(value)
            found.append(number)
        return numpy.array(found, dtype=numpy.int64)

    def of(self, value: Any) -> int:
        """Return the number of a value, -1 for one that no passage has."""
        return self._numbers.get(value, -1)


@dataclass(frozen=True)
class Columns:
    """Arrays with a row for each passage. tagged: row and number of each tag of each passage.

    turn: the change of the index they are as of; postings: the words asked about since.
    """

    epoch: str
    codes: dict[str, Codes]
    ids: Array
    named: dict[str, Array] = field(default_factory=dict)
    tagged: tuple[Array, Array] = (numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int64))
    turn: int = -1
    postings: Postings = field(default_factory=lambda: Postings(numpy.zeros(0, numpy.int64)))

    @property
    def last(self) -> int:
        """The highest number of a passage."""
        return int(self.ids[-1]) if len(self.ids) else 0

    def __getitem__(self, name: str) -> Array:
        return self.named[name]


CODED = ("kind", "language", "network")
PLAIN = {"oid": numpy.int64, "audience": numpy.int64, "insiders": numpy.int64,
         "since": numpy.float64, "until": numpy.float64, "changed": numpy.float64}  # fmt: skip
NAMES = ("oid", "anchor", *CODED, "audience", "insiders", "since", "until", "changed")


def _empty(epoch: str) -> Columns:
    codes = {name: Codes() for name in (*CODED, "thing", "tag")}
    named = {name: numpy.zeros(0, kind) for name, kind in PLAIN.items()}
    named |= {name: numpy.zeros(0, numpy.int64) for name in (*CODED, "thing")}
    return Columns(epoch, codes, numpy.zeros(0, numpy.int64), named)


def _grown(columns: Columns, store: TextStore) -> Columns:
    """Return columns with the passages added since."""
    rows = store.read(_SET, (columns.last,))
    ids, *values = list(zip(*rows, strict=True)) or [()] * (len(NAMES) + 1)
    read = dict(zip(NAMES, values, strict=True))
    new = {name: columns.codes[name].taken(read[name]) for name in CODED}
    new |= {name: numpy.array(read[name], dtype=kind) for name, kind in PLAIN.items()}
    things = zip(read["oid"], read["anchor"], strict=True)
    new["thing"] = columns.codes["thing"].taken(things)
    tags = store.read(_TAGS, (columns.last,))
    grown = Columns(
        columns.epoch,
        columns.codes,
        numpy.concatenate([columns.ids, numpy.array(ids, dtype=numpy.int64)]),
        {name: numpy.concatenate([columns[name], new[name]]) for name in columns.named},
    )
    places = numpy.array([place for place, _tag in tags], dtype=numpy.int64)
    codes = columns.codes["tag"].taken(tag for _place, tag in tags)
    tagged = numpy.searchsorted(grown.ids, places), codes
    both = zip(columns.tagged, tagged, strict=True)
    rows_of_tags, tags_of_rows = (numpy.concatenate(pair) for pair in both)
    return Columns(grown.epoch, grown.codes, grown.ids, grown.named, (rows_of_tags, tags_of_rows))


class KeptColumns:
    """The columns of an index, brought up to what a question sees before it is answered."""

    def __init__(self, store: TextStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._columns = _empty("")

    def now(self) -> Columns:
        """Return columns that know every passage the reading under way can see."""
        question = "SELECT (SELECT epoch FROM born), (SELECT number FROM turn)"
        epoch, turn = self._store.read(question)[0]
        columns = self._columns
        if columns.epoch == epoch and columns.turn == turn:
            return columns
        with self._lock:
            columns = self._columns if self._columns.epoch == epoch else _empty(epoch)
            there = self._store.read("SELECT count(*) FROM place")[0][0]
            if len(columns.ids) > 2 * there + MOST_GONE:
                columns = _empty(epoch)
            grown = _grown(columns, self._store)
            self._columns = replace(grown, turn=turn, postings=Postings(grown.ids))
            return self._columns
