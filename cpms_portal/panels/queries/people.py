"""Who is who around a panel: coordinators, signers, hospitals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cpms_portal.core.actor import Actor, SystemActor, acting_for
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import network_of, places_of
from cpms_portal.networks.resources import Institution, Network
from cpms_portal.panels.resources import Panel
from cpms_portal.search.queries import find
from cpms_portal.security.roles import Role

MOST_COORDINATORS = 50


def portal_at(actor: Actor) -> SystemActor:
    """Return the portal as an actor at the same moment as another."""
    return SystemActor(actor.registry, None, frozenset(), actor.now)


def coordinators_of(panel: Panel, actor: Actor) -> list[int]:
    """Return the oids of the coordinators and dispatchers of a panel's network."""
    found = find(
        portal_at(actor),
        "membership",
        within=network_of(panel),
        where={"role": [Role.COORDINATOR, Role.DISPATCHER], "state": "active"},
        sort="title",
        size=MOST_COORDINATORS,
    )
    return [membership.person for membership in found]


def hospital_of(person: Any, network: Network | None, actor: Actor) -> Institution | None:
    """Return the centre a person works at, in this network before any other; or None."""
    centres = [node for node, _roles in places_of(person, actor) if isinstance(node, Institution)]
    own = [centre for centre in centres if network_of(centre) is network]
    return next(iter(own + centres), None)


@dataclass(frozen=True)
class Who:
    """Somebody in a panel as pages show them."""

    oid: int
    name: Any
    place: str
    country: str = ""


def who(panel: Panel, oid: int, actor: Actor, *, by: int = 0) -> Who:
    """Return name and hospital of somebody in a panel; by: the assistant who acted for them."""
    person = resource_of(panel, oid) if oid else None
    if person is None:
        return Who(oid, "", "")
    name = named(panel, person, by)
    centre = hospital_of(person, network_of(panel), actor)
    if centre is None:
        return Who(oid, name, "")
    return Who(oid, name, centre.display, centre.__parent__.title)


def named(panel: Panel, person: Any, by: int) -> Any:
    """Return the name of a person, or "A for B" when an assistant (oid) acted for them."""
    assistant = resource_of(panel, by) if by else None
    return person.title if assistant is None else acting_for(assistant, person)
