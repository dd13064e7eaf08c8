"""Named guards, effects and due dates: code registers them, YAML names them.

A guard answers None or a translatable reason why not. An effect does something
after the state changed. A due rule answers by when a state should be left.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import venusian
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError

from cpms_portal.core.actor import Actor
from cpms_portal.workflow.interfaces import Transitioned

Guard = Callable[[Any, Actor], str | None]
Effect = Callable[[Any, Actor, Transitioned], None]
Due = Callable[[Any, Actor], datetime | None]
Rule = TypeVar("Rule", bound=Callable[..., Any])

KINDS = ("guards", "effects", "dues")


def _add(config: Configurator, kind: str, name: str, rule: Callable[..., Any]) -> None:
    rules = config.registry.cpms_workflow_rules[kind]
    if rules.get(name, rule) is not rule:
        raise ConfigurationError(f"{kind}: {name} is registered twice")
    rules[name] = rule


def _register(kind: str, name: str) -> Callable[[Rule], Rule]:
    def decorate(rule: Rule) -> Rule:
        def callback(scanner: Any, _name: str, found: Rule) -> None:
            _add(scanner.config, kind, name, found)

        venusian.attach(rule, callback, category="cpms")
        return rule

    return decorate


def guard(name: str) -> Callable[[Guard], Guard]:
    """Register a guard under the name the YAML uses; read it after "only if"."""
    return _register("guards", name)


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register an effect under the name the YAML uses."""
    return _register("effects", name)


def due(name: str) -> Callable[[Due], Due]:
    """Register a rule for due dates under the name the YAML uses."""
    return _register("dues", name)


def rules_of(registry: Any, kind: str) -> dict[str, Callable[..., Any]]:
    """Return the registered rules of a kind: guards, effects or dues."""
    return registry.cpms_workflow_rules[kind]


def includeme(config: Configurator) -> None:
    """Start with no rules."""
    config.registry.cpms_workflow_rules = {kind: {} for kind in KINDS}
    config.registry.cpms_workflows = {}
