"""Questions about the tree of networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import find_above, oid_of, resource_of, root_of
from cpms_portal.networks.resources import Country, Institution, Membership, Network
from cpms_portal.search.queries import Found, find
from cpms_portal.security.grants import grants_of


def network_of(resource: Any) -> Network | None:
    """Return the network something belongs to, or None."""
    return find_above(resource, Network)


def institution_of(resource: Any) -> Institution | None:
    """Return the centre something belongs to, or None."""
    return find_above(resource, Institution)


def country_of(resource: Any) -> Country | None:
    """Return the country something belongs to, or None."""
    return find_above(resource, Country)


def networks_of(anywhere: Any) -> Iterator[Network]:
    """Yield all networks, by acronym without regard to case."""
    found = root_of(anywhere)["networks"].values()
    return iter(sorted(found, key=lambda network: network.acronym.lower()))


def places_of(person: Any, actor: Actor) -> list[tuple[Any, list[str]]]:
    """Return the networks and centres where a person holds roles, with the roles."""
    roles: dict[int, list[str]] = {}
    for held in grants_of(person, actor.now):
        roles.setdefault(held.node, []).append(held.role)
    places = [(resource_of(person, oid), sorted(held)) for oid, held in roles.items()]
    return [(node, held) for node, held in places if isinstance(node, (Network, Institution))]


def members_of(institution: Institution, actor: Actor, start: int = 0) -> Found:
    """Return the memberships of a centre the actor may see."""
    return find(actor, "membership", within=institution, sort="title", start=start)


def membership_of(institution: Institution, person: Any, role: str) -> Membership | None:
    """Return the membership of a person with a role at a centre, or None."""
    members = institution.get("members")
    if members is None:
        return None
    oid = oid_of(person)
    return next((one for one in members.values() if one.person == oid and one.role == role), None)
