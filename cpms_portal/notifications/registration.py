"""The catalogue of texts: packages register theirs, and nothing else can be said in a notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor

#: remind(root, actor) -> how many notices were sent
Reminder = Callable[[Any, Actor], int]


def add_notice_text(config: Configurator, key: str, text: str) -> None:
    """Directive: register a text under a key such as ``panel.invited``."""

    def register() -> None:
        config.registry.cpms_notice_texts[key] = text

    config.action(("cpms notice text", key), register)


def add_reminder(config: Configurator, find: Reminder | str) -> None:
    """Directive: name what sends the reminders of a package that are due; it sends none twice."""
    config.registry.cpms_reminders.append(config.maybe_dotted(find))


def text_of(registry: Registry, key: str) -> str:
    """Return the translatable text of a key; KeyError when nobody registered it."""
    return registry.cpms_notice_texts[key]


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_notice_texts = {}
    config.registry.cpms_reminders = []
    config.add_directive("add_reminder", add_reminder, action_wrap=False)
    config.add_directive("add_notice_text", add_notice_text)
