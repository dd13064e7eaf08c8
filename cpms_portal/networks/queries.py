"""Questions about the tree of networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.core.resources import find_above, oid_of, resource_of, root_of
from cpms_portal.networks.interfaces import Work
from cpms_portal.networks.resources import (
    ABOVE_THE_CENTRE,
    Country,
    Institution,
    Membership,
    Network,
)
from cpms_portal.search.lookup import look_up
from cpms_portal.search.queries import find
from cpms_portal.security.grants import grants_of
from cpms_portal.security.roles import PANEL_ROLES, Role

#: Memberships in these states are over: one may ask again.
OVER = frozenset({"rejected", "withdrawn", "ended"})
#: How long before the end a guest and the coordinator are reminded.
ENDING = timedelta(days=14)
#: The centre of a network's guests who may enrol patients.
VIRTUAL_CENTRE = "guests"
MOST_DECIDERS, MOST_OWN = 50, 200


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
        # Who leads a hundred panels must not load them to see at which centres they work.
        if held.role in PANEL_ROLES:
            continue
        roles.setdefault(held.node, []).append(held.role)
    places = [(resource_of(person, oid), sorted(set(held))) for oid, held in roles.items()]
    return [(node, held) for node, held in places if isinstance(node, (Network, Institution))]


def membership_of(institution: Institution, person: Any, role: str) -> Membership | None:
    """Return the membership of a person with a role at a centre, one that counts first, or None."""
    members = institution.get("members")
    if members is None:
        return None
    oid = oid_of(person)
    found = [one for one in members.values() if one.person == oid and one.role == role]
    return min(found, key=lambda one: one.state in OVER, default=None)


def portal_of(actor: Actor) -> SystemActor:
    """Return the portal as an actor at the same moment as another."""
    return SystemActor(actor.registry, None, frozenset(), actor.now)


def memberships_of(person: Any, actor: Actor) -> list[Membership]:
    """Return every membership of a person, requests and past ones included, newest first."""
    return find(
        portal_of(actor),
        "membership",
        within=root_of(person),
        where={"person": oid_of(person)},
        sort="created",
        descending=True,
        size=MOST_OWN,
    ).items


def decides_too(role: str, network: Network) -> bool:
    """Say whether people of a profile decide about memberships as deputies of the coordinator."""
    if role == Role.DISPATCHER:
        return network.dispatchers_decide
    return role == Role.REPRESENTATIVE and network.representatives_decide


def coordinators_of(network: Network, actor: Actor) -> list[int]:
    """Return the oids of the coordinators, and of the dispatchers where they decide too."""
    deputies = [Role.DISPATCHER] if decides_too(Role.DISPATCHER, network) else []
    return active_people(network, [Role.COORDINATOR, *deputies], actor)


def deciders_of(membership: Membership, actor: Actor) -> list[int]:
    """Return the oids of everybody who decides about a membership."""
    network, centre = network_of(membership), institution_of(membership)
    if network is None or centre is None:
        return []
    found = coordinators_of(network, actor)
    if decides_too(Role.REPRESENTATIVE, network) and membership.role not in ABOVE_THE_CENTRE:
        found += active_people(centre, [Role.REPRESENTATIVE], actor)
    return list(dict.fromkeys(found))


def active_people(place: Any, roles: Iterable[str], actor: Actor) -> list[int]:
    """Return the oids of who has an active membership with one of the profiles below a place."""
    found = find(
        portal_of(actor),
        "membership",
        within=place,
        where={"role": list(roles), "state": "active"},
        sort="title",
        size=MOST_DECIDERS,
    )
    return list(dict.fromkeys(one.person for one in found))


def works_of(person: Any, actor: Actor) -> list[Work]:
    """Return what a person works in, as the packages above know it."""
    return [work for find_work in actor.registry.cpms_works for work in find_work(person, actor)]


def guest_end(
    until: datetime, works: Iterable[Work], days: int, *, panels_alone: bool = False
) -> datetime | None:
    """Return when a guest's access ends: never in the middle of a panel.

    None while a panel runs; else the end the coordinator chose, or so many days after the last
    panel closed, whichever is later. panels_alone: the end chosen counts without panels only.
    """
    closed = [work.closed for work in works]
    after = timedelta(days=days)
    ends = [one + after for one in closed if one is not None]
    if len(ends) < len(closed):
        return None
    return max(ends) if panels_alone and ends else max([until, *ends])


def enrolment_of(membership: Membership) -> Membership | None:
    """Return a guest's authorisation to enrol patients in the virtual centre, or None."""
    network, person = network_of(membership), membership.person_resource()
    centre = None if network is None else network.get(VIRTUAL_CENTRE)
    if centre is None or person is None:
        return None
    found = membership_of(centre, person, Role.ENROLLER)
    return None if found is None or found.state not in {"active", "suspended"} else found


def places_in(place: Any) -> list[Any]:
    """Return what one chooses from below a place: networks, countries of one, or centres of one."""
    if isinstance(place, Country):
        return list(place.institutions())
    if isinstance(place, Network):
        return sorted(place.countries(), key=lambda country: country.title)
    return list(networks_of(place))


def name_of(place: Any) -> str:
    """Return the name of a network, country or centre in lists."""
    if isinstance(place, Network):
        named = place.display.startswith(place.acronym)
        return str(place.display if named else f"{place.acronym} - {place.display}")
    return str(getattr(place, "display", place.title))


def places_found(place: Any, text: str, actor: Actor) -> list[Any]:
    """Return what fits a text: of what is right below a place, and all centres further down."""
    if not text:
        return places_in(place)
    sought = text.casefold()
    near = [one for one in places_in(place) if sought in f"{name_of(one)} {one.title}".casefold()]
    centres = look_up(actor, "institution", text, within=place, size=MOST_OWN)
    known = {oid_of(one) for one in near}
    far = [one for one in centres if oid_of(one) not in known and country_of(one) is not None]
    return near + far
