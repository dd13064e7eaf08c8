"""Events that lower packages announce and others listen to (audit, search, notices)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.actor import Actor


@dataclass(frozen=True)
class Happening:
    """Something an actor did with a resource. ``what`` is a short code, never clinical text."""

    resource: Any
    actor: Actor
    what: str
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Viewed(Happening):
    """Clinical content was read."""


@dataclass(frozen=True)
class Changed(Happening):
    """Something was made, changed or removed."""


@dataclass(frozen=True)
class Refused(Happening):
    """Somebody asked for what they may not have."""


@dataclass(frozen=True)
class AccessEvent(Happening):
    """Sign-in, sign-out, factors, sessions, grants."""


@dataclass(frozen=True)
class Transitioned:
    """A resource moved from one state of its workflow to another."""

    resource: Any
    workflow: str
    transition: str
    from_state: str
    to_state: str
    actor: Actor
    reason: str
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)


def announce(registry: Registry, event: Any) -> None:
    """Tell everybody who listens."""
    registry.notify(event)
