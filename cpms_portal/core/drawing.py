"""How templates are drawn: a name is found in one look, a plain text is looked up as it is.

A page asks for some three hundred names and thirty texts. Chameleon finds each name by three calls
of Python, and the translator makes an object of each text first.
"""

from __future__ import annotations

from typing import Any

import chameleon.template
from chameleon.utils import Scope
from pyramid.config import Configurator
from pyramid.threadlocal import get_current_request
from pyramid_chameleon.interfaces import IChameleonTranslate
from pyramid_chameleon.localization import translator
from translationstring import ChameleonTranslate, TranslationString

_with_all_there_is = ChameleonTranslate(translator)


class UnknownNameError(NameError, KeyError):
    """A template asks for a name nothing has."""


class Names(Scope):
    """What a template knows by name; ``_root`` holds what was set for all of it meanwhile."""

    __slots__ = ()
    _root: Any
    __getitem__ = dict.__getitem__
    get_name = dict.__getitem__  # type: ignore[assignment]  # only called by position
    # Else a copy asks for each name by itself.
    __iter__ = dict.__iter__

    def __missing__(self, key: str) -> Any:
        root = getattr(self, "_root", None)
        if root is not None and dict.__contains__(root, key):
            return dict.__getitem__(root, key)
        raise UnknownNameError(key)

    def copy(self) -> Names:
        """Return what a macro knows: the same names, its own from here on."""
        made = Names(self)
        made._root = getattr(self, "_root", self)
        return made


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
    """Draw so."""
    chameleon.template.Scope = Names  # type: ignore[misc]  # only ever made by name

    def register() -> None:
        config.registry.registerUtility(translate, IChameleonTranslate)

    config.action(None, register, order=1001)  # after that of pyramid_chameleon
