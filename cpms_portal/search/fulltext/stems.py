"""Words and their stems: without case, accents and endings.

Accents are folded before the stem is taken, in the index and in a question alike, so that a
word typed without its accents is found as well.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

import snowballstemmer

from cpms_portal.search.words import plain_of

WORD = re.compile(r"[^\W_]+")
#: Splits a text into what is between words and words, in turn.
_PIECES = re.compile(r"([^\W_]+)")
#: Language → the name snowball knows it by. Words of other languages are folded alone.
ALGORITHMS = {
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
}
#: A longer run of letters is no word of a language.
LONGEST = 64
#: So many words of a language are remembered.
MOST_KNOWN = 100_000
#: Stemmers keep what they work on in themselves.
_ONE_AT_A_TIME = threading.Lock()


@cache
def _stemmer(language: str) -> Any:
    known = set(snowballstemmer.algorithms())
    name = ALGORITHMS.get(language)
    return snowballstemmer.stemmer(name) if name in known else None


@lru_cache(maxsize=200_000)
def stem_of(word: str, language: str) -> str:
    """Return the stem of one word; what has no letters left after folding is empty."""
    plain = "".join(WORD.findall(plain_of(word[:LONGEST])))
    stemmer = _stemmer(language)
    if stemmer is None or not plain.isalpha():
        return plain
    with _ONE_AT_A_TIME:
        return str(stemmer.stemWord(plain)) or plain


def stems_of(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yield the stem and the place of every word of a text, in order."""
    for match in WORD.finditer(text):
        stem = stem_of(match[0], language)
        if stem:
            yield stem, match.start()


class _Known(dict[str, str]):
    """The stems of words of a language seen so far, so that a word costs one look."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, word: str) -> str:
        if len(self) > MOST_KNOWN:
            self.clear()
        found = self[word] = stem_of(word, self.language)
        return found


@cache
def _known(language: str) -> _Known:
    return _Known(language)


def stems_and_places(text: str, language: str) -> tuple[str, list[int]]:
    """Return the stems of a text in a row, and where the word of each begins."""
    pieces = _PIECES.split(text)
    stems = list(map(_known(language).__getitem__, pieces[1::2]))
    starts = list(accumulate(map(len, pieces)))[:-1:2]
    if "" in stems:
        starts = [start for start, stem in zip(starts, stems, strict=True) if stem]
        stems = list(filter(None, stems))
    return " ".join(stems), starts


def row_of_stems(text: str, language: str) -> str:
    """Return the stems of a text in a row."""
    return " ".join(filter(None, map(_known(language).__getitem__, WORD.findall(text))))


def composed(text: str) -> str:
    """Return a text with its accents put on its letters, so that words are not cut at them."""
    return unicodedata.normalize("NFC", text)


def variants_of(word: str, languages: Iterable[str]) -> list[str]:
    """Return the stems a word has in some languages, each once, with the plain word itself."""
    plain = stem_of(word, "")
    found = [stem_of(word, language) for language in languages]
    return [stem for stem in dict.fromkeys([*found, plain]) if stem]
