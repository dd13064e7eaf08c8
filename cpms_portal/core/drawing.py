"""How texts of templates are said: one without values put in is looked up as it is.

A page asks for some thirty of them, and the translator makes an object of each first.
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.threadlocal import get_current_request
from pyramid_chameleon.interfaces import IChameleonTranslate
from pyramid_chameleon.localization import translator
from translationstring import ChameleonTranslate, TranslationString

_with_all_there_is = ChameleonTranslate(translator)


def translate(
    msgid: Any,
    *,
    domain: str | None = None,
    mapping: dict[str, Any] | None = None,
    context: str | None = None,
    target_language: str | None = None,
    default: Any = None,
) -> Any:
    """Translate a text of a template into the language of the request, as Chameleon asks for it."""
    kind = type(msgid)
    if kind is TranslationString and not msgid.mapping and not msgid.context:
        domain, default, plain = msgid.domain, msgid.default, True
    else:
        plain = kind is str and not mapping and not context
    if not plain or domain is None:
        return _with_all_there_is(msgid, domain, mapping, context, target_language, default)
    found = get_current_request().localizer.translations.dugettext(domain, msgid)
    if found != msgid:
        return found
    return msgid if default is None else default


def includeme(config: Configurator) -> None:
    """Say texts of templates so."""

    def register() -> None:
        config.registry.registerUtility(translate, IChameleonTranslate)

    config.action(None, register, order=1001)  # after that of pyramid_chameleon
