"""What higher packages tell the expert finder: how much somebody already does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _

NOTICES = {
    "delegation.asked": _("An assistant asks to act on your behalf. Please confirm or decline."),
    "delegation.confirmed": _("You may act on behalf of a clinician now."),
    "delegation.ended": _("An assistant does not act on a clinician's behalf any more."),
}

#: count(person, actor) -> number of panels the person works in now
Workload = Callable[[Any, Actor], int]


def add_workload(config: Configurator, count: Workload) -> None:
    """Directive: count something a person works in; the finder shows the sum."""
    config.registry.cpms_workloads.append(config.maybe_dotted(count))


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_workloads = []
    config.add_directive("add_workload", add_workload, action_wrap=False)
