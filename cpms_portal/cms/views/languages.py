"""Languages: what a reader reads."""

from __future__ import annotations

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
