"""The translation domain; ``_`` marks a text for translation. Words kept in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.i18n import TranslationStringFactory

DOMAIN = "cpms_portal"
_ = TranslationStringFactory(DOMAIN)


class Words(str):
    """Words that are content, not of the interface: in English, with ``others`` by language.

    Made when they are shown, never stored.
    """

    others: Mapping[str, str]

    def __new__(cls, english: str, others: Mapping[str, str]) -> Words:
        """Make them of the English words and those of other languages."""
        made = super().__new__(cls, english)
        made.others = others
        return made


def in_language(words: Any, language: str) -> Any:
    """Return words in a language where they are there in it, else as they are."""
    if not isinstance(words, Words):
        return words
    return words.others.get(language.replace("_", "-").partition("-")[0], str(words))
