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


@dataclass(frozen=True)
class Actor:
    """A person at work: who it is, which principals count now, and on whose behalf.

    person: the Person resource, or None for somebody not signed in.
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
        """The name shown in histories."""
        return "" if self.person is None else self.person.title

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


def system_actor(registry: Registry) -> SystemActor:
    """Return the actor for what the portal does by itself."""
    return SystemActor(registry, None, frozenset(), clock_now(registry))
