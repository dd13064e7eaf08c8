"""Languages: what a reader reads, and what languages are called by their own speakers."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.languages import get_official_languages
from pyramid.request import Request


def reading_languages(request: Request) -> list[str]:
    """Return what the reader reads: the language of the interface, then what the browser says."""
    asked = [tag.split("-")[0].lower() for tag, _quality in _accepted(request)]
    return list(dict.fromkeys([request.locale_name.split("_")[0], *asked]))


def _accepted(request: Request) -> list[tuple[str, float]]:
    header = request.accept_language
    ranges = getattr(header, "parsed", None) or []
    return sorted(((tag, quality) for tag, quality in ranges), key=lambda pair: -pair[1])


def languages_of_country(code: str) -> list[str]:
    """Return the official languages of a country; code: ISO 3166-1 alpha-2."""
    return list(get_official_languages(code.upper(), de_facto=True))


@lru_cache(maxsize=500)
def name_of_language(code: str) -> str:
    """Return what a language is called by its own speakers; the code when nobody knows."""
    try:
        return str(Locale(code).get_display_name(code) or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code


#: The languages a text can be written in: the official ones of the European Union, Ukrainian,
#: Norwegian.
OFFERED = (
    *("en", "de", "fr", "bg", "cs", "da", "el", "es", "et", "fi", "ga", "hr", "hu", "it", "lt"),
    *("lv", "mt", "nl", "nb", "pl", "pt", "ro", "sk", "sl", "sv", "uk"),
)
