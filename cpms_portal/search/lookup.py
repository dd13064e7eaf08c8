"""Look things up by the beginnings of their words, filtered by who asks as every listing is."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.queries import LAST, Found, find
from cpms_portal.search.words import CALLED, words_of

#: So many words of a text count, and so many words may begin with each of them.
MOST_WORDS, MOST_BEGUN = 6, 200


def _begun(anywhere: Any, noun: str, word: str) -> list[str]:
    """Return the indexed words of a noun that begin with a word; an answer to nobody yet."""
    start = f"{noun}|{CALLED}|{word}"
    tokens = catalog_of(anywhere)["facets"]._fwd_index.keys(start, start + LAST)
    skipped = len(f"{noun}|{CALLED}|")
    return [token[skipped:] for _number, token in zip(range(MOST_BEGUN), tokens, strict=False)]


def begun(anywhere: Any, noun: str, text: str) -> list[tuple[str, Any]]:
    """Return the conditions of a listing that finds by the beginnings of words; none for no word.

    A word that nothing begins with finds nothing.
    """
    return [
        (CALLED, _begun(anywhere, noun, word) or [word]) for word in words_of(text)[:MOST_WORDS]
    ]


def look_up(
    actor: Actor,
    noun: str,
    text: str,
    *,
    within: Any,
    sort: str = "title",
    size: int = 10,
) -> Found:
    """Return what the actor may view whose words begin with all words of a text.

    Nothing for a text without words. Sorted by title: a patient is looked up by nickname.
    """
    asked = words_of(text)[:MOST_WORDS]
    where = [(CALLED, _begun(within, noun, word)) for word in asked]
    if not asked or not all(begun for _name, begun in where):
        return Found(0, [], 0, size)
    return find(actor, noun, within=within, where=where, sort=sort, size=size)
