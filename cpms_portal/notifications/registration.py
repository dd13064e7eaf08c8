"""The catalogue of texts: packages register theirs, and nothing else can be said in a notice."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.registry import Registry


def add_notice_text(config: Configurator, key: str, text: str) -> None:
    """Directive: register a text under a key such as ``panel.invited``."""

    def register() -> None:
        config.registry.cpms_notice_texts[key] = text

    config.action(("cpms notice text", key), register)


def text_of(registry: Registry, key: str) -> str:
    """Return the translatable text of a key; KeyError when nobody registered it."""
    return registry.cpms_notice_texts[key]


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_notice_texts = {}
    config.add_directive("add_notice_text", add_notice_text)
