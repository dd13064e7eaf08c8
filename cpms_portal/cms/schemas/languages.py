"""Languages a text can be written in, and what they are called by their own speakers."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

#: The official languages of the European Union, Ukrainian, Norwegian.
OFFERED = (
    *("en", "de", "fr", "bg", "cs", "da", "el", "es", "et", "fi", "ga", "hr", "hu", "it", "lt"),
    *("lv", "mt", "nl", "nb", "pl", "pt", "ro", "sk", "sl", "sv", "uk"),
)


@lru_cache(maxsize=500)
def name_of_language(code: str) -> str:
    """Return what a language is called by its own speakers; the code when nobody knows."""
    try:
        return str(Locale(code).get_display_name(code) or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code
