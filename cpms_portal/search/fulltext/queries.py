"""Questions to the index: always filtered by who asks, counts and suggestions too.

The words of a question are taken in every language that is there: who writes in the index knows
the language of a text, who asks says it of no word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cpms_portal.core.actor import Actor
from cpms_portal.search.fulltext.asking import Asking, Thing, Words, phrases_of
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.search.fulltext.highlights import Mark, Stems, extract, marked
from cpms_portal.search.fulltext.stems import WORD, composed, stem_of
from cpms_portal.search.fulltext.store import TextStore
from cpms_portal.search.queries import BATCH

MOST_WORDS, MOST_LETTERS = 8, 200
#: Suggestions begin with so many letters.
SHORTEST = 2


class Hit(NamedTuple):
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
    found = WORD.findall(composed(text)[:MOST_LETTERS])
    typed = tuple(word for word in found if stem_of(word, ""))[:MOST_WORDS]
    if not typed:
        return Sought(start=start, size=size)
    with store_of(actor.registry).reading():
        asking = Asking(actor, languages)
        for words in (Words(typed), Words(typed, begun=True)):
            matched = asking.spoken(words, narrowed or {})
            if matched.total:
                break
        batch, phrases = slice(start, start + size), words.phrases(asking.languages)
        things = asking.best(matched, phrases, batch, said=True)
        hits = tuple(_hits(asking.store, things, words))
    return Sought(matched.total, hits, matched.facets(), start, size)


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
    stems = Stems(frozenset(words), begun=True)
    phrases = phrases_of([[word] for word in words], begun=True)
    with store_of(actor.registry).reading():
        asking = Asking(actor, languages, "named")
        found = asking.matched(phrases, {"network": network})
        things = asking.best(found, phrases, slice(0, size), said=False)
    return [_titled(row, marked(row.title, "", stems)) for row in things]


def _hits(store: TextStore, things: list[Thing], words: Words) -> Iterator[Hit]:
    known = {language: words.stems(language) for language in {row.language for row in things}}
    for row in things:
        stems = known[row.language]
        shown = marked(row.title, row.language, stems)
        found = _of_file(store, row, stems) if row.has_file and not stems.places(row.stems) else ()
        yield _titled(row, shown, found or extract(row.text, row.stems, row.starts, stems))


def _of_file(store: TextStore, row: Thing, stems: Stems) -> tuple[Mark, ...]:
    """Return an extract of the words of a file, where those sought stand in it."""
    question = "SELECT further, also, further_starts FROM body WHERE id = ?"
    for text, said, starts in store.read(question, (row.number,)):
        if stems.places(said):
            return extract(text, said, starts, stems)
    return ()


def _titled(row: Thing, title: tuple[Mark, ...], extract: tuple[Mark, ...] = ()) -> Hit:
    place = (row.oid, row.anchor, row.kind, row.language, row.network)
    return Hit(*place, title, extract, row.changed)
