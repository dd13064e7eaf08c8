"""One question to the index: what matches, what of it somebody may find, the best of it first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
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

#: Of each word the phrases any of which will do.
Phrases = tuple[tuple[str, ...], ...]
_SHOWN = """
SELECT p.id, p.title, p.changed, p.oid, p.anchor, p.kind, p.language, p.network
FROM place p WHERE p.id = ?
"""
_SAID = """
SELECT p.id, p.title, p.changed, p.oid, p.anchor, p.kind, p.language, p.network,
  b.text, b.stems, b.starts, b.further <> ''
FROM place p JOIN body b ON b.id = p.id WHERE p.id = ?
"""
#: A hit in a language the reader reads counts so much more.
MINE = 1.6


def _quoted(stem: str, ending: str = "") -> str:
    return '"' + stem.replace('"', "") + '"' + ending


def phrases_of(words: Iterable[list[str]], *, begun: bool) -> Phrases:
    """Return what FTS5 looks for: of each word any stem; begun: as the beginnings of words."""
    ending = " *" if begun else ""
    return tuple(tuple(_quoted(stem, ending) for stem in stems) for stems in words)


@lru_cache(1000)
def _phrases(typed: tuple[str, ...], languages: tuple[str, ...], begun: bool) -> Phrases:
    variants = (variants_of(word, languages) for word in typed)
    return phrases_of([stems for stems in variants if stems], begun=begun)


@dataclass(frozen=True)
class Words:
    """The words of a question. begun: words that begin with them count as well."""

    typed: tuple[str, ...]
    begun: bool = False

    def phrases(self, languages: Iterable[str]) -> Phrases:
        """Return what FTS5 looks for in texts of some languages."""
        return _phrases(self.typed, tuple(languages), self.begun)

    def stems(self, language: str) -> Stems:
        """Return the stems sought in texts of a language."""
        found = (stem for word in self.typed for stem in variants_of(word, [language]))
        return Stems(frozenset(found), self.begun)


class Thing(NamedTuple):
    """A row of the batch. text, stems, starts, has_file: of its body, where that was asked for."""

    number: int
    title: str
    changed: float
    oid: int
    anchor: str
    kind: str
    language: str
    network: int
    text: str = ""
    stems: str = ""
    starts: bytes = b""
    has_file: bool = False


class Asking:
    """One question: who asks what is matched in which table, and what they may find of it."""

    def __init__(self, actor: Actor, languages: Iterable[str], table: str = "found") -> None:
        self.store: TextStore = store_of(actor.registry)
        self.columns: Columns = actor.registry.cpms_fulltext_columns.now()
        self.reader = Reader(self._audiences(actor), actor.now.timestamp(), list(languages))
        self.table = table

    def _audiences(self, actor: Actor) -> list[int]:
        """Return the sets of viewers an actor belongs to."""
        if isinstance(actor, SystemActor):
            return [number for (number,) in self.store.read("SELECT id FROM audience")]
        return self.columns.postings.audiences(self.store, actor.principals)

    def standing(self, phrases: Phrases, columns: str = "") -> Array:
        """Return of each row whether it has a phrase of each word, seen or not.

        columns: where they are to stand, as FTS5 reads it.
        """
        postings, every = self.columns.postings, numpy.ones(len(self.columns.ids), dtype=bool)
        for word in phrases:
            some = numpy.zeros(len(every), dtype=bool)
            for phrase in word:
                some[postings.places(self.store, self.table, columns + phrase)] = True
            every &= some
        return every

    def matched(self, phrases: Phrases, by: Mapping[str, Any]) -> Matched:
        """Return what matches and may be found by who asks, narrowed."""
        rows = seen(self.columns, numpy.flatnonzero(self.standing(phrases)), self.reader)
        return Matched(self.columns, narrowed(self.columns, rows, by))

    def spoken(self, words: Words, by: Mapping[str, Any]) -> Matched:
        """Return what matches in the language it is written in: a stem of another is chance."""
        found = self.matched(words.phrases(self.languages), by)
        codes = self.columns["language"][found.rows]
        kept = numpy.zeros(len(codes), dtype=bool)
        alike: dict[Phrases, list[int]] = {}
        for code in numpy.flatnonzero(numpy.bincount(codes)).tolist():
            alike.setdefault(words.phrases([self.languages[code]]), []).append(code)
        for phrases, same in alike.items():
            of_these = numpy.zeros(len(self.languages), dtype=bool)
            of_these[same] = True
            kept |= of_these[codes] & self.standing(phrases)[found.rows]
        return found if kept.all() else Matched(self.columns, found.rows[kept])

    @property
    def languages(self) -> list[str]:
        """The languages there are."""
        return self.columns.codes["language"].values

    def best(self, found: Matched, phrases: Phrases, batch: slice, *, said: bool) -> list[Thing]:
        """Return a batch of things in the order of their ranks; who has none follows.

        said: with what their bodies say.
        """
        rows, rest = found.rows, found.rows[:0]
        if len(rows) > RANKED:
            places = "{names title tags} : " if self.table == "found" else ""
            rows = found.hopeful(self.standing(phrases, places), self.reader.languages)
            rows, rest = rows[:RANKED], rows[RANKED:]
        order = numpy.concatenate([self._ranked(found, phrases, rows), rest])
        chosen = list(islice(found.first_of_each(order), batch.start, batch.stop))
        question = _SAID if said else _SHOWN
        rows = self.store.read_each(question, self.columns.ids[chosen].tolist())
        return [Thing(*row) for row in rows]

    def _ranked(self, found: Matched, phrases: Phrases, rows: Array) -> Array:
        """Return rows, those whose words fit best first."""
        columns, score = self.columns, numpy.zeros(len(self.columns.ids))
        for phrase in (phrase for word in phrases for phrase in word):
            places, worth = columns.postings.worths(self.store, self.table, phrase, rows)
            score[places] += worth
        mine = found.in_languages(rows, self.reader.languages)
        ranks = score[rows] * numpy.where(mine, MINE, 1.0)
        return rows[numpy.lexsort((rows, columns["oid"][rows], ranks))]
