"""One question to the index: what matches, what of it somebody may find, the best of it first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.search.fulltext.columns import Array, Columns
from cpms_portal.search.fulltext.counting import RANKED, Matched, Reader, narrowed, seen
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.search.fulltext.highlights import Stems
from cpms_portal.search.fulltext.stems import variants_of
from cpms_portal.search.fulltext.store import TextStore

#: Weights are those of names, title, tags, stems and the words of files.
SCORES = """
SELECT rowid, bm25(found, 4.0, 10.0, 5.0, 1.0, 0.5) FROM found
WHERE found MATCH ? AND +rowid IN (SELECT value FROM json_each(?))
"""
NAMED = """
SELECT rowid, bm25(named) FROM named
WHERE named MATCH ? AND +rowid IN (SELECT value FROM json_each(?))
"""
_MATCHES = {
    name: f"SELECT group_concat(rowid) FROM {name} WHERE {name} MATCH ?"  # noqa: S608 - our names
    for name in ("found", "named")
}
_SHOWN = """
SELECT p.id, p.title, p.changed, p.oid, p.anchor, p.kind, p.language, p.network
FROM place p WHERE p.id IN (SELECT value FROM json_each(?))
"""
#: A hit in a language the reader reads counts so much more.
MINE = 1.6


def _quoted(stem: str, ending: str = "") -> str:
    return '"' + stem.replace('"', "") + '"' + ending


def match_of(words: Iterable[list[str]], *, begun: bool) -> str:
    """Return what FTS5 looks for: of each word any stem; begun: as the beginnings of words."""
    ending = " *" if begun else ""
    return " AND ".join(
        "(" + " OR ".join(_quoted(stem, ending) for stem in stems) + ")" for stems in words
    )


@dataclass(frozen=True)
class Words:
    """The words of a question. begun: words that begin with them count as well."""

    typed: tuple[str, ...]
    begun: bool = False

    def match(self, languages: Iterable[str]) -> str:
        """Return what FTS5 looks for in texts of some languages."""
        languages = list(languages)
        variants = (variants_of(word, languages) for word in self.typed)
        return match_of([stems for stems in variants if stems], begun=self.begun)

    def stems(self, language: str) -> Stems:
        """Return the stems sought in texts of a language."""
        found = (stem for word in self.typed for stem in variants_of(word, [language]))
        return Stems(frozenset(found), self.begun)


class Thing(NamedTuple):
    """A row of the batch."""

    number: int
    title: str
    changed: float
    oid: int
    anchor: str
    kind: str
    language: str
    network: int


class Asking:
    """One question: who asks what is matched in which table, and what they may find of it."""

    def __init__(self, actor: Actor, languages: Iterable[str], scores: str = SCORES) -> None:
        self.store: TextStore = store_of(actor.registry)
        self.columns: Columns = actor.registry.cpms_fulltext_columns.now()
        self.reader = Reader(self._audiences(actor), actor.now.timestamp(), list(languages))
        self.scores = scores
        self.table = "found" if scores is SCORES else "named"

    def _audiences(self, actor: Actor) -> list[int]:
        """Return the sets of viewers an actor belongs to."""
        if isinstance(actor, SystemActor):
            return [number for (number,) in self.store.read("SELECT id FROM audience")]
        question = (
            "SELECT DISTINCT audience FROM member"
            " WHERE principal IN (SELECT value FROM json_each(?))"
        )
        rows = self.store.read(question, (json.dumps(sorted(actor.principals)),))
        return [number for (number,) in rows]

    def rows(self, match: str) -> Array:
        """Return the rows of all that matches, seen or not."""
        said = self.store.read(_MATCHES[self.table], (match,))[0][0] or ""
        ids = numpy.fromstring(said, sep=",", dtype=numpy.int64)
        return self.columns.rows(numpy.sort(ids))

    def matched(self, match: str, by: Mapping[str, Any]) -> Matched:
        """Return what matches and may be found by who asks, narrowed."""
        rows = seen(self.columns, self.rows(match), self.reader)
        return Matched(self.columns, narrowed(self.columns, rows, by))

    def spoken(self, words: Words, by: Mapping[str, Any]) -> Matched:
        """Return what matches in the language it is written in: a stem of another is chance."""
        found = self.matched(words.match(self.languages), by)
        codes = self.columns["language"][found.rows]
        kept = numpy.zeros(len(codes), dtype=bool)
        alike: dict[str, list[int]] = {}
        for code in numpy.unique(codes).tolist():
            alike.setdefault(words.match([self.languages[code]]), []).append(code)
        for match, same in alike.items():
            kept |= numpy.isin(codes, same) & numpy.isin(found.rows, self.rows(match))
        return Matched(self.columns, found.rows[kept])

    @property
    def languages(self) -> list[str]:
        """The languages there are."""
        return self.columns.codes["language"].values

    def best(self, found: Matched, match: str, start: int, size: int) -> list[Thing]:
        """Return a batch of things in the order of their ranks; who has none follows."""
        rows, rest = found.rows, []
        if len(rows) > RANKED:
            titled = self.rows(f"{{names title tags}} : ({match})") if self.table == "found" else []
            rows = found.hopeful(titled, self.reader.languages)
            rows, rest = rows[:RANKED], rows[RANKED:]
        order = numpy.concatenate([self._ranked(found, match, rows), rest]).astype(numpy.int64)
        chosen = list(islice(found.first_of_each(order), start, start + size))
        ids = self.columns.ids[chosen].tolist()
        things = {row[0]: Thing(*row) for row in self.store.read(_SHOWN, (json.dumps(ids),))}
        return [things[number] for number in ids]

    def _ranked(self, found: Matched, match: str, rows: Any) -> Array:
        """Return rows, those whose words fit best first."""
        ids = json.dumps(self.columns.ids[rows].tolist())
        scores = sorted(self.store.read(self.scores, (match, ids)))
        ranked = self.columns.rows(numpy.array([number for number, _score in scores], numpy.int64))
        mine = found.in_languages(ranked, self.reader.languages)
        score = numpy.array([score for _number, score in scores]) * numpy.where(mine, MINE, 1.0)
        return ranked[numpy.lexsort((ranked, self.columns["oid"][ranked], score))]
