"""Who may what at a place of a library, and where each right comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyramid.location import lineage
from pyramid.security import Authenticated

from cpms_portal.cms.resources import LIBRARY_ROLES
from cpms_portal.cms.resources.items import Shared
from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.networks.queries import network_of, networks_of
from cpms_portal.security.grants import grants_of
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role, principal


@dataclass(frozen=True)
class Right:
    """One right: who (a person, or the words of a group), which role, given where.

    here: whether it was given at this very place. fixed: whether it follows from a role at the
    network or the portal and cannot be taken here.
    """

    who: str
    role: str
    source: Any
    here: bool
    person: Person | None = None
    group: str = ""
    fixed: bool = False


def rights_at(place: Any, actor: Actor) -> list[Right]:
    """Return every right that counts at a place, those given here first."""
    rights = [*_of_people(place, actor), *_of_groups(place)]
    return sorted(rights, key=lambda right: (not right.here, right.fixed, str(right.who).lower()))


def _of_people(place: Any, actor: Actor) -> Iterator[Right]:
    nodes = {oid_of(node): node for node in lineage(place)}
    own = {oid_of(place)}
    borne = {Role.COORDINATOR, Role.ADMINISTRATOR}
    for person in root_of(place)["people"].values():
        for held in grants_of(person, actor.now):
            source = nodes.get(held.node)
            if source is None or held.role not in LIBRARY_ROLES | borne:
                continue
            given = held.role in LIBRARY_ROLES
            yield Right(
                person.title,
                held.role,
                source,
                given and held.node in own,
                person,
                fixed=not given,
            )


def _of_groups(place: Any) -> Iterator[Right]:
    titles = dict(groups_for(place))
    for node in lineage(place):
        for one in node.shares if isinstance(node, Shared) else ():
            said = titles.get(one.group, one.group)
            yield Right(said, one.role, node, node is place, group=one.group)


def shared_with(place: Any) -> set[str]:
    """Return the groups that have some right at a place, given there or above."""
    nodes = [node for node in lineage(place) if isinstance(node, Shared)]
    return {one.group for node in nodes for one in node.shares}


def groups_for(place: Any) -> list[tuple[str, Any]]:
    """Return the groups a right can be given to: principal and words.

    Everybody signed in, and the coordinators, dispatchers and researchers of the network of the
    place, or of every network in the portal's own library.
    """
    own = network_of(place)
    networks = [own] if own is not None else list(networks_of(place))
    found: list[tuple[str, Any]] = [(Authenticated, _("Everybody signed in"))]
    words = {
        Role.COORDINATOR: _("Coordinators of ${network}"),
        Role.DISPATCHER: _("Dispatchers of ${network}"),
        Role.RESEARCHER: _("Researchers of ${network}"),
    }
    for network in networks:
        for role, said in words.items():
            shown = _(said, mapping={"network": network.acronym})
            found.append((principal(role, oid_of(network)), shown))
    return found
