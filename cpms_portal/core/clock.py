"""The clock: one place that says what time it is, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, datetime

from pyramid.config import Configurator
from pyramid.registry import Registry


def _system_clock() -> datetime:
    return datetime.now(UTC)


def now(registry: Registry) -> datetime:
    """Return the time as an aware datetime in UTC."""
    return registry.cpms_clock()


def includeme(config: Configurator) -> None:
    """Start with the clock of the machine."""
    config.registry.cpms_clock = _system_clock
