"""Questions about resets that wait for a second administrator."""

from __future__ import annotations

from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.clock import now
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.identity.queries.front_desk import desk_of
from cpms_portal.identity.resources import ResetAsked
from cpms_portal.search.queries import find
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role


def reset_asked(person: Person, registry: Registry) -> ResetAsked | None:
    """Return the reset of a person that waits, or None."""
    desk = desk_of(person)
    found: ResetAsked | None = None if desk is None else desk.resets.get(oid_of(person))
    return None if found is None or now(registry) >= found.until else found


def resets_waiting(anywhere: Any, registry: Registry) -> list[Person]:
    """Return the people whose reset waits."""
    desk = desk_of(anywhere)
    people = [] if desk is None else [resource_of(anywhere, oid) for oid in desk.resets]
    known = [one for one in people if isinstance(one, Person)]
    return [one for one in known if reset_asked(one, registry) is not None]


def somebody_can_agree(person: Person, actor: Actor) -> bool:
    """Say whether a second administrator is there, who is not the person concerned."""
    found = find(
        actor, "person", within=root_of(person), where={"role": Role.ADMINISTRATOR.value}, size=10
    )
    there = {oid_of(one) for one in found if not one.is_disabled}
    return bool(there - {actor.oid, oid_of(person)})
