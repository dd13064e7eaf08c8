"""Actors: who does something, as actions see it. Actions never see a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pyramid.interfaces import IAuthorizationPolicy
from pyramid.registry import Registry

from cpms_portal.core.clock import now as clock_now
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of

#: Between the names of who did something and in whose name, in what is kept for good.
IN_THE_NAME_OF = " → "


@dataclass(frozen=True)
class Actor:
    """A person at work: who it is, which principals count now, and on whose behalf.

    person: the Person resource, or None for somebody not signed in.
    on_behalf_of: the clinician an assistant acts for, or None.
    principals: Pyramid principals, ``role@oid`` among them.
    """

    registry: Registry
    person: Any
    principals: frozenset[str]
    now: datetime
    on_behalf_of: Any = None
    source: str = field(default="", compare=False)

    @property
    def oid(self) -> int:
        """The oid of the person, 0 when there is none."""
        return 0 if self.person is None else oid_of(self.person)

    @property
    def name(self) -> str:
        """The name kept in histories: of an assistant with the clinician; ``spoken`` says it."""
        if self.person is None:
            return ""
        own = str(self.person.title)
        clinician = self.on_behalf_of
        return own if clinician is None else f"{own}{IN_THE_NAME_OF}{clinician.title}"

    @property
    def answers(self) -> Any:
        """The person in whose name it is done: the clinician of an assistant, else the person."""
        return self.person if self.on_behalf_of is None else self.on_behalf_of

    @property
    def answers_oid(self) -> int:
        """The oid of the person in whose name it is done, 0 when there is none."""
        return 0 if self.answers is None else oid_of(self.answers)

    def may(self, permission: str, context: Any) -> bool:
        """Say whether this actor has a permission on a resource."""
        policy = self.registry.getUtility(IAuthorizationPolicy)
        return bool(policy.permits(context, self.principals, permission))


@dataclass(frozen=True)
class SystemActor(Actor):
    """The portal itself: imports, timers, evolution. It may do everything."""

    @property
    def name(self) -> str:
        """The name shown in histories."""
        return str(_("The portal"))

    def may(self, permission: str, context: Any) -> bool:
        """Say yes: nobody asks the portal for a grant."""
        return True


def spoken(name: str) -> Any:
    """Return a name from a history in words: "A for B" where an assistant acted."""
    assistant, between, clinician = name.partition(IN_THE_NAME_OF)
    if not between:
        return name
    return _named(assistant, clinician)


def acting_for(assistant: Any, clinician: Any) -> Any:
    """Return the names of an assistant and of the clinician acted for: "A for B"."""
    return _named(assistant.title, clinician.title)


def _named(assistant: str, clinician: str) -> Any:
    named = {"assistant": assistant, "clinician": clinician}
    return _("${assistant} for ${clinician}", mapping=named)


def system_actor(registry: Registry) -> SystemActor:
    """Return the actor for what the portal does by itself."""
    return SystemActor(registry, None, frozenset(), clock_now(registry))
