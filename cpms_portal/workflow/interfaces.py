"""What others see of a workflow: its parts, its history and the event of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cpms_portal.core.events import Transitioned
from cpms_portal.security.roles import Role

__all__ = ["Offer", "State", "Step", "Transition", "Transitioned", "Workflow"]


@dataclass(frozen=True)
class State:
    """One state: its words, who may do what in it, by when it should be left."""

    name: str
    title: str
    description: str = ""
    permissions: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    due: str | None = None
    color: str = "neutral"


@dataclass(frozen=True)
class Transition:
    """One move between states; ``permission`` None means only the portal itself may."""

    name: str
    title: str
    sources: tuple[str, ...]
    target: str
    permission: str | None = None
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    reason_required: bool = False
    confirm: str = ""


@dataclass(frozen=True)
class Workflow:
    """One workflow, as its file says."""

    name: str
    title: str
    content_types: tuple[str, ...]
    initial_state: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]


@dataclass(frozen=True)
class Step:
    """One line of an object's history."""

    at: datetime
    who: int
    who_name: str
    transition: str
    from_state: str
    to_state: str
    reason: str = ""


@dataclass(frozen=True)
class Offer:
    """A transition a page may show; ``blocked`` is the reason why it cannot be taken now."""

    name: str
    title: str
    blocked: str | None = None
    reason_required: bool = False
    confirm: str = ""
