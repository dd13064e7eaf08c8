"""What higher packages tell the expert finder: how much somebody already does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator

from cpms_portal.core.actor import Actor

#: count(person, actor) -> number of panels the person works in now
Workload = Callable[[Any, Actor], int]


def add_workload(config: Configurator, count: Workload) -> None:
    """Directive: count something a person works in; the finder shows the sum."""
    config.registry.cpms_workloads.append(config.maybe_dotted(count))


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_workloads = []
    config.add_directive("add_workload", add_workload, action_wrap=False)
