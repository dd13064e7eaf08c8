"""Questions to the index: always filtered by who asks, counts and suggestions too.

The words of a question are taken in every language that is there: who writes in the index knows
the language of a text, who asks says it of no word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.search.fulltext.highlights import Mark, Stems, extract, marked
from cpms_portal.search.fulltext.stems import WORD, composed, stem_of, variants_of
from cpms_portal.search.fulltext.store import TextStore
from cpms_portal.search.queries import BATCH

#: Facet → the column it narrows by.
FACETS = ("kind", "network", "language", "tag")
MOST_WORDS, MOST_LETTERS = 8, 200
#: Suggestions begin with so many letters.
SHORTEST = 2
#: The batch and the counts in one go: matches are looked up once. Weights are those of names,
#: title, tags, stems and the words of files; a hit in a language the reader reads counts 1.6.
_QUESTION = """
WITH hit AS MATERIALIZED (
  SELECT p.id, p.oid, p.anchor, p.kind, p.language, p.network,
    bm25(found, 4.0, 10.0, 5.0, 1.0, 0.5) * CASE WHEN p.language IN
      (SELECT value FROM json_each(:mine)) THEN 1.6 ELSE 1 END AS score
  FROM found JOIN place p ON p.id = found.rowid
  WHERE found MATCH :match
    AND (p.audience IN (SELECT value FROM json_each(:audiences))
      AND p.since <= :now AND p.until > :now
      OR p.insiders IN (SELECT value FROM json_each(:audiences)))
    AND (:kind = '' OR p.kind = :kind)
    AND (:network IS NULL OR p.network = :network)
    AND (:language = '' OR p.language = :language)
    AND (:tag = '' OR EXISTS (SELECT 1 FROM tag t WHERE t.place = p.id AND t.tag = :tag))),
thing AS MATERIALIZED (
  SELECT id, oid, anchor, kind, network, min(score) AS score FROM hit GROUP BY oid, anchor)
SELECT * FROM (
  SELECT 'thing', p.title, p.changed, p.id, p.oid, p.anchor, p.kind, p.language, p.network
  FROM (SELECT * FROM thing ORDER BY score, oid, anchor LIMIT :size OFFSET :start) AS first
  JOIN place p ON p.id = first.id ORDER BY first.score, p.oid, p.anchor)
UNION ALL SELECT 'total', '', count(*), 0, 0, '', '', '', 0 FROM thing
UNION ALL SELECT 'kind', kind, count(*), 0, 0, '', '', '', 0 FROM thing GROUP BY kind
UNION ALL SELECT 'network', network, count(*), 0, 0, '', '', '', 0 FROM thing GROUP BY network
UNION ALL SELECT 'language', language, count(*), 0, 0, '', '', '', 0 FROM hit GROUP BY language
UNION ALL SELECT 'tag', t.tag, count(*), 0, 0, '', '', '', 0
  FROM thing JOIN tag t ON t.place = thing.id GROUP BY t.tag
"""


@dataclass(frozen=True)
class Hit:
    """One thing found. title, extract: pieces of text, each with whether it is a word sought."""

    oid: int
    anchor: str
    kind: str
    language: str
    network: int
    title: tuple[Mark, ...]
    extract: tuple[Mark, ...] = ()
    changed: float = 0.0


@dataclass(frozen=True)
class Sought:
    """A batch of hits, how many there are in all, and how many of each value of a facet."""

    total: int = 0
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, tuple[tuple[Any, int], ...]] = field(default_factory=dict)
    start: int = 0
    size: int = BATCH


class _Thing(NamedTuple):
    """A row of the batch."""

    title: str
    changed: float
    number: int
    oid: int
    anchor: str
    kind: str
    language: str
    network: int


class _Answer:
    """The rows of an answer, told apart by what they say first."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows = rows
        self.things = [_Thing(*row[1:]) for row in rows if row[0] == "thing"]
        self.total: int = next(row[2] for row in rows if row[0] == "total")

    def facets(self) -> dict[str, tuple[tuple[Any, int], ...]]:
        """Return how many things have each value of a facet, most first."""
        found: dict[str, list[tuple[Any, int]]] = {name: [] for name in FACETS}
        for name, value, number, *_place in self.rows:
            if name in found:
                found[name].append((value, number))
        return {
            name: tuple(sorted(values, key=lambda pair: (-pair[1], str(pair[0]))))
            for name, values in found.items()
        }


class _Asking:
    """What one question needs of the index."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.store: TextStore = store_of(actor.registry)

    def audiences(self) -> list[int]:
        """Return the sets of viewers the actor belongs to."""
        if isinstance(self.actor, SystemActor):
            return [number for (number,) in self.store.read("SELECT id FROM audience")]
        question = (
            "SELECT DISTINCT audience FROM member"
            " WHERE principal IN (SELECT value FROM json_each(?))"
        )
        rows = self.store.read(question, (json.dumps(sorted(self.actor.principals)),))
        return [number for (number,) in rows]

    def languages(self) -> list[str]:
        """Return the languages there are."""
        return [row[0] for row in self.store.read("SELECT DISTINCT language FROM place")]


def _quoted(stem: str, ending: str = "") -> str:
    return '"' + stem.replace('"', "") + '"' + ending


def match_of(words: Iterable[list[str]], *, begun: bool) -> str:
    """Return what FTS5 looks for: of each word any stem; begun: as the beginnings of words."""
    ending = " *" if begun else ""
    return " AND ".join(
        "(" + " OR ".join(_quoted(stem, ending) for stem in stems) + ")" for stems in words
    )


def seek(
    actor: Actor,
    text: str,
    *,
    narrowed: Mapping[str, Any] | None = None,
    languages: Iterable[str] = (),
    start: int = 0,
    size: int = BATCH,
) -> Sought:
    """Return what the actor may view that has all words of a text, the best first.

    narrowed: facet (kind, network, language, tag) → its value. languages: what the reader reads.
    Where nothing has the words, what has words that begin with them.
    """
    asking = _Asking(actor)
    spoken = asking.languages()
    typed = WORD.findall(composed(text)[:MOST_LETTERS])[:MOST_WORDS]
    words = [stems for stems in (variants_of(word, spoken) for word in typed) if stems]
    if not words:
        return Sought(start=start, size=size)
    values = _values(asking, narrowed or {}, languages) | {"start": start, "size": size}
    for begun in (False, True):
        values["match"] = match_of(words, begun=begun)
        answer = _Answer(asking.store.read(_QUESTION, values))
        if answer.total:
            break
    stems = Stems(frozenset(stem for variants in words for stem in variants), begun)
    hits = tuple(_hit(asking.store, row, stems) for row in answer.things)
    return Sought(answer.total, hits, answer.facets(), start, size)


def suggest(
    actor: Actor,
    text: str,
    *,
    languages: Iterable[str] = (),
    network: int | None = None,
    size: int = 8,
) -> list[Hit]:
    """Return what the actor may view whose title has words that begin with those typed."""
    words = [stem_of(word, "") for word in WORD.findall(composed(text)[:MOST_LETTERS])]
    words = [word for word in words if word][:MOST_WORDS]
    if not words or len(words[-1]) < SHORTEST:
        return []
    asking = _Asking(actor)
    values = _values(asking, {"network": network}, languages) | {"start": 0, "size": size}
    values["match"] = f"names : ({match_of([[word] for word in words], begun=True)})"
    stems = Stems(frozenset(words), begun=True)
    answer = _Answer(asking.store.read(_QUESTION, values))
    return [_titled(row, marked(row.title, "", stems)) for row in answer.things]


def _values(
    asking: _Asking, narrowed: Mapping[str, Any], languages: Iterable[str]
) -> dict[str, Any]:
    return {
        "audiences": json.dumps(asking.audiences()),
        "mine": json.dumps(list(languages)),
        "now": asking.actor.now.timestamp(),
        "kind": narrowed.get("kind") or "",
        "network": narrowed.get("network"),
        "language": narrowed.get("language") or "",
        "tag": narrowed.get("tag") or "",
    }


def _hit(store: TextStore, row: _Thing, stems: Stems) -> Hit:
    question = "SELECT text, stems, starts FROM body WHERE id = ?"
    text, said, starts = store.read(question, (row.number,))[0]
    shown = marked(row.title, row.language, stems)
    return _titled(row, shown, extract(text, said, starts, stems))


def _titled(row: _Thing, title: tuple[Mark, ...], extract: tuple[Mark, ...] = ()) -> Hit:
    place = (row.oid, row.anchor, row.kind, row.language, row.network)
    return Hit(*place, title, extract, row.changed)
