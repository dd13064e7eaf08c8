"""Settings, each declared once in code; the ini files only fill them.

An unknown ``cpms.`` key or a value that cannot be read stops the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.settings import asbool

from cpms_portal.core.errors import ConfigurationRefusedError

PREFIX = "cpms."


@dataclass(frozen=True)
class Setting:
    """One declared setting: its dotted name, its type, its default and what it is for."""

    name: str
    kind: Callable[[str], Any]
    default: Any
    help: str
    choices: Sequence[str] = ()


def setting(registry: Registry, name: str) -> Any:
    """Return the value of a declared setting; KeyError when nobody declared it."""
    return registry.cpms_settings[name]


def declared_settings(registry: Registry) -> list[Setting]:
    """Return every declared setting, by name."""
    return [registry.cpms_declared[name] for name in sorted(registry.cpms_declared)]


def _read(declared: Setting, raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        value = asbool(raw) if declared.kind is bool else declared.kind(raw.strip())
    except ValueError as error:
        raise ConfigurationRefusedError(f"{declared.name} = {raw!r}: {error}") from error
    if declared.choices and value not in declared.choices:
        raise ConfigurationRefusedError(
            f"{declared.name} = {raw!r}: must be one of {', '.join(declared.choices)}"
        )
    return value


def add_setting(
    config: Configurator,
    name: str,
    kind: Callable[[str], Any],
    default: Any,
    help: str,
    *,
    choices: Sequence[str] = (),
) -> None:
    """Directive: declare a setting and read its value from the ini file."""
    registry = config.registry
    declared = Setting(name, kind, default, help, tuple(choices))
    registry.cpms_declared[name] = declared
    registry.cpms_settings[name] = _read(declared, registry.settings.get(name, default))


def refuse_unknown_settings(registry: Registry) -> None:
    """Stop the start when the ini file holds a ``cpms.`` key nobody declared."""
    unknown = [
        key
        for key in registry.settings
        if key.startswith(PREFIX) and key not in registry.cpms_declared
    ]
    if unknown:
        raise ConfigurationRefusedError(f"unknown settings: {', '.join(sorted(unknown))}")


def includeme(config: Configurator) -> None:
    """Offer the ``add_setting`` directive."""
    config.registry.cpms_declared = {}
    config.registry.cpms_settings = {}
    config.add_directive("add_setting", add_setting, action_wrap=False)
