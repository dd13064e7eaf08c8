"""From a person's grants to the principals that count in this request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyramid.security import Authenticated, Everyone

from cpms_portal.core.actor import Actor
from cpms_portal.core.clock import now
from cpms_portal.core.resources import oid_of
from cpms_portal.security.grants import grants_of
from cpms_portal.security.roles import Role, principal

ANONYMOUS = frozenset({Everyone})


def principals_of(person: Any, at: datetime) -> frozenset[str]:
    """Return the principals of a person: an expired grant is simply not among them."""
    if person is None:
        return ANONYMOUS
    own = {Everyone, Authenticated, principal(Role.HOLDER, oid_of(person))}
    return frozenset(own | {principal(held.role, held.node) for held in grants_of(person, at)})


def actor_for(registry: Any, person: Any, source: str = "") -> Actor:
    """Return the actor for a person, with what the person holds now."""
    at = now(registry)
    return Actor(registry, person, principals_of(person, at), at, source=source)
