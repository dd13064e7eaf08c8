"""Extracts: the part of a text where most of the words sought stand together, and those words.

The stems of a text stand in a row in the index, each with the place of its word: where a word
sought stands is looked up, not worked out again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cpms_portal.search.fulltext.stems import WORD, stem_of

#: An extract has about so many words, and begins so many before the first of those sought.
LONG, BEFORE = 34, 6
#: More places of one word than these are not looked at.
MOST_PLACES = 40


class Mark(NamedTuple):
    """A piece of text. sought: whether it is one of the words sought."""

    text: str
    sought: bool = False


@dataclass(frozen=True)
class Stems:
    """The stems sought; begun: words that begin with them count as well."""

    sought: frozenset[str]
    begun: bool = False

    def has(self, stem: str) -> bool:
        """Say whether a word with this stem is sought."""
        return stem in self.sought or (self.begun and stem.startswith(tuple(self.sought)))

    def places(self, said: str) -> list[int]:
        """Return where the words sought stand in a row of stems, counted in words."""
        row = f" {said} "
        return sorted({place for stem in self.sought for place in self._places(row, stem)})

    def _places(self, row: str, stem: str) -> Iterator[int]:
        wanted = f" {stem}" if self.begun else f" {stem} "
        found, counted, place = row.find(wanted), 0, 0
        for _number in range(MOST_PLACES):
            if found < 0:
                return
            place += row.count(" ", counted, found)
            counted = found
            yield place
            found = row.find(wanted, found + 1)


def marked(text: str, language: str, stems: Stems) -> tuple[Mark, ...]:
    """Return a short text in pieces, the words sought marked."""
    pieces, end = [], 0
    for match in WORD.finditer(text):
        if stems.has(stem_of(match[0], language)):
            pieces += [Mark(text[end : match.start()]), Mark(match[0], sought=True)]
            end = match.end()
    return tuple(piece for piece in [*pieces, Mark(text[end:])] if piece.text)


def extract(text: str, said: str, starts: bytes, stems: Stems) -> tuple[Mark, ...]:
    """Return the part of a text with most of the words sought, in pieces.

    said: the stems of the text in a row. starts: the place of each word, 32-bit.
    """
    begins = array("I", starts)
    if not begins:
        return ()
    places = stems.places(said)
    first = _best(places)
    last = min(first + LONG, len(begins))
    end = begins[last] if last < len(begins) else len(text)
    pieces, at = [Mark("… ")] if first else [], begins[first]
    for place in places:
        if first <= place < last and (match := WORD.match(text, begins[place], end)):
            pieces += [Mark(text[at : match.start()]), Mark(match[0], sought=True)]
            at = match.end()
    pieces.append(Mark(text[at:end].rstrip()))
    if last < len(begins):
        pieces.append(Mark(" …"))
    return tuple(piece for piece in pieces if piece.text)


def _best(places: list[int]) -> int:
    """Return where an extract begins: a little before where most places stand together."""
    if not places:
        return 0
    together = [
        sum(place <= one < place + LONG - BEFORE for one in places[at : at + LONG])
        for at, place in enumerate(places)
    ]
    return max(0, places[together.index(max(together))] - BEFORE)
