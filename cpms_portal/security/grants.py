"""Grants: which role a person holds at which node, from when until when.

A grant lives on the person alone. Granting, revoking or expiring it touches one
small object and nothing below the node, whatever stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from persistent import Persistent

from cpms_portal.core.resources import oid_of
from cpms_portal.security.roles import Role


@dataclass(frozen=True)
class Grant:
    """One role at one node; ``until`` is exclusive, None means open.

    for_person: oid of the clinician an assistant works for there, 0 for every other grant.
    """

    role: str
    node: int
    since: datetime | None = None
    until: datetime | None = None
    for_person: int = 0

    def same_as(self, role: str, node: int, for_person: int) -> bool:
        """Say whether it is a grant of this role there, for this clinician."""
        return (self.role, self.node, self.for_person) == (role, node, for_person)

    def active(self, now: datetime) -> bool:
        """Say whether the grant counts now."""
        return (self.since is None or self.since <= now) and (
            self.until is None or now < self.until
        )


class Grants(Persistent):
    """The grants of one person."""

    def __init__(self) -> None:
        self.held: tuple[Grant, ...] = ()


def grants_of(person: Any, now: datetime) -> tuple[Grant, ...]:
    """Return the grants of a person that count now."""
    return tuple(held for held in person.grants.held if held.active(now))


def holds(person: Any, role: Role, node: Any, now: datetime) -> bool:
    """Say whether a person holds a role at a node now."""
    oid = oid_of(node)
    return any(held.same_as(role.value, oid, 0) for held in grants_of(person, now))


def grant(
    person: Any,
    role: Role,
    node: Any,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    for_person: int = 0,
) -> Grant:
    """Give a role at a node; an earlier grant of the same role there is replaced."""
    given = Grant(role.value, oid_of(node), since, until, for_person)
    revoke(person, role, node, for_person=for_person)
    person.grants.held += (given,)
    return given


def revoke(person: Any, role: Role, node: Any, *, for_person: int = 0) -> None:
    """Take a role at a node away; nothing happens when the person does not hold it."""
    oid = oid_of(node)
    kept = tuple(
        held for held in person.grants.held if not held.same_as(role.value, oid, for_person)
    )
    if len(kept) != len(person.grants.held):
        person.grants.held = kept
