"""Words as they are looked up: without case, accents and marks."""

from __future__ import annotations

import re
import unicodedata

#: The facet that holds the words something is looked up by.
CALLED = "called"
_WORD = re.compile(r"[^\W_]+")
#: Letters that are not a plain letter with an accent.
_PLAIN = str.maketrans({"ß": "ss", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i"})


def plain_of(text: str) -> str:
    """Return a text in lower case and without accents and marks."""
    plain = unicodedata.normalize("NFKD", text)
    for _again in range(2):  # folding may bring accents forth, and the reverse
        folded = plain.casefold().translate(_PLAIN)
        plain = unicodedata.normalize("NFKD", folded)
    return "".join(char for char in plain if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """Return the words of a text, each once, in lower case and without accents."""
    return list(dict.fromkeys(_WORD.findall(plain_of(text))))
