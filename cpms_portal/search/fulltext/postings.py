"""Where the words of questions stand and what they add to a rank, in memory while nothing changes.

BM25 is a sum over the words of a question: what one of them adds is the same in every question.
So FTS5 is asked about each word once; the questions made of them are sums and sets of arrays.
"""

from __future__ import annotations

import json
import threading
from typing import Any

import numpy

from cpms_portal.search.fulltext.store import TextStore

Array = Any
Worths = tuple[Array, Array]
#: Weights are those of names, title, tags, stems and the words of files.
_ADDS = {
    "found": "SELECT rowid, bm25(found, 4.0, 10.0, 5.0, 1.0, 0.5) FROM found WHERE found MATCH ?",
    "named": "SELECT rowid, bm25(named) FROM named WHERE named MATCH ?",
}
_STANDS = {
    "found": "SELECT group_concat(rowid) FROM found WHERE found MATCH ?",
    "named": "SELECT group_concat(rowid) FROM named WHERE named MATCH ?",
}
_AUDIENCES = (
    "SELECT DISTINCT audience FROM member WHERE principal IN (SELECT value FROM json_each(?))"
)
_AMONG = " AND +rowid IN (SELECT value FROM json_each(?))"
#: What a word adds is worked out for all passages that have it, up to so many.
MOST_RANKED = 3000
#: So many numbers are kept in all, eight bytes each.
MOST_KEPT = 2_000_000
#: What a word takes even when it stands nowhere, counted in those numbers.
EACH = 64


class Postings:
    """The words asked about since the index changed last.

    ids: of all passages there are, in order; places are counted in it. A phrase is what FTS5
    reads: a stem in quotes, the columns it may stand in before it.
    """

    def __init__(self, ids: Array) -> None:
        self._ids = ids
        self._lock = threading.Lock()
        self._kept: dict[Any, Any] = {}
        self._size = 0

    def audiences(self, store: TextStore, principals: frozenset[str]) -> list[int]:
        """Return the sets of viewers somebody with these principals belongs to."""
        found = self._kept.get(principals)
        if found is None:
            rows = store.read(_AUDIENCES, (json.dumps(sorted(principals)),))
            numbers = [number for (number,) in rows]
            found = self._put(principals, numbers, len(numbers) + len(principals))
        return found

    def places(self, store: TextStore, table: str, phrase: str) -> Array:
        """Return the places of the passages with a phrase, in order."""
        key = ("places", table, phrase)
        found = self._kept.get(key)
        if found is None:
            said = store.read(_STANDS[table], (phrase,))[0][0] or ""
            ids = numpy.sort(numpy.fromstring(said, sep=",", dtype=numpy.int64))
            found = self._put(key, numpy.searchsorted(self._ids, ids), len(ids))
        return found

    def worths(self, store: TextStore, table: str, phrase: str, among: Array) -> Worths:
        """Return places with a phrase, and what it adds to each: the lower, the better it fits.

        among: the places that matter; there may be others.
        """
        if len(self.places(store, table, phrase)) > MOST_RANKED:
            ids = json.dumps(self._ids[among].tolist())
            return self._worths(store.read(_ADDS[table] + _AMONG, (phrase, ids)))
        key = ("worths", table, phrase)
        found = self._kept.get(key)
        if found is None:
            worths = self._worths(store.read(_ADDS[table], (phrase,)))
            found = self._put(key, worths, 2 * len(worths[0]))
        return found

    def _worths(self, rows: list[tuple[Any, ...]]) -> Worths:
        ids = numpy.array([number for number, _worth in rows], numpy.int64)
        worths = numpy.array([worth for _number, worth in rows], numpy.float64)
        return numpy.searchsorted(self._ids, ids), worths

    def _put(self, key: Any, value: Any, size: int) -> Any:
        with self._lock:
            if self._size + size + EACH > MOST_KEPT:
                self._kept, self._size = {}, 0
            self._kept[key] = value
            self._size += size + EACH
        return value
