"""Who reviews an item, and whose work is reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyramid.location import lineage

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.cms.resources.items import Shared
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.networks.queries import active_people, network_of, networks_of, portal_of
from cpms_portal.search.queries import find
from cpms_portal.security.grants import grants_of
from cpms_portal.security.roles import Role, principal

#: So many are told at most.
MOST_TOLD = 100


def reviewers_of(item: LibraryItem, actor: Actor) -> list[Any]:
    """Return who is told that an item waits: those it was given to review, here or above.

    Where nobody was named, the coordinators of the network; in the portal's own library, who
    looks after the portal.
    """
    named = [*_people_named(item, actor), *_people_of_groups(item, actor)]
    return list(dict.fromkeys(named or _people_of_the_place(item, actor)))[:MOST_TOLD]


def writer_of(item: LibraryItem) -> Any:
    """Return who submitted an item last, else who saved it last; None when nobody is known."""
    steps = (step.who for step in reversed(item.history) if step.transition == "submit")
    newest = item.versions.get(item.version)
    who = next(steps, 0) or (newest.who if newest is not None else 0)
    return resource_of(item, who) if who else None


def _people_named(item: LibraryItem, actor: Actor) -> Iterator[Any]:
    nodes = {oid_of(node) for node in lineage(item) if isinstance(node, Shared)}
    for person in _find_people(item, actor, {"reviews": list(nodes)}):
        held = grants_of(person, actor.now)
        if any(one.role == Role.REVIEWER and one.node in nodes for one in held):
            yield person


def _people_of_groups(item: LibraryItem, actor: Actor) -> Iterator[Any]:
    """Yield the people of the groups that review; everybody signed in is told nothing."""
    groups = set(item.group_principals(Role.REVIEWER))
    for network in networks_of(root_of(item)) if groups else ():
        for role in (Role.COORDINATOR, Role.DISPATCHER, Role.RESEARCHER):
            if principal(role, oid_of(network)) in groups:
                yield from _people(network, role, actor)


def _people_of_the_place(item: LibraryItem, actor: Actor) -> list[Any]:
    network = network_of(item)
    if network is not None:
        return _people(network, Role.COORDINATOR, actor)
    return _find_people(item, actor, {"portal_role": Role.ADMINISTRATOR.value})


def _people(network: Any, role: Role, actor: Actor) -> list[Any]:
    return [resource_of(network, oid) for oid in active_people(network, [role], actor)]


def _find_people(item: LibraryItem, actor: Actor, where: dict[str, Any]) -> list[Any]:
    people = root_of(item)["people"]
    found = find(portal_of(actor), "person", within=people, where=where, size=MOST_TOLD)
    return [person for person in found if not person.is_disabled]
