"""The language of a request: the person's own, else the one chosen in the footer, else what the
browser asks for, else English.
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request

#: The languages offered: their catalogues are complete.
LANGUAGES = ("en", "de", "fr")
#: Remembers what a visitor chose.
COOKIE = "language"


def language_of(request: Request) -> str:
    """Return the ISO 639-1 code of the language this request is answered in."""
    if request.person is not None and request.person.language in LANGUAGES:
        return str(request.person.language)
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return str(request.accept_language.lookup(LANGUAGES, default="en"))


def includeme(config: Configurator) -> None:
    """Choose the language and load the catalogues."""
    config.set_locale_negotiator(language_of)
    config.add_translation_dirs("cpms_portal.i18n:locale/")
