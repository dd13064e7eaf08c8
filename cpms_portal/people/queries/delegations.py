"""Who assists whom, and whom one may choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.networks.queries import institution_of, places_of, portal_of
from cpms_portal.networks.resources import Institution
from cpms_portal.people.resources import Delegation
from cpms_portal.search.queries import find
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role

MOST = 200
COUNTS = ("asked", "active")


@dataclass(frozen=True)
class Assistance:
    """A delegation as pages show it; may_confirm, may_end: of the reader."""

    delegation: Delegation
    assistant: Person
    clinician: Person
    centre: Institution
    may_confirm: bool
    may_end: bool


def delegation_between(
    institution: Institution, assistant: Person, clinician: Person
) -> Delegation | None:
    """Return what is asked or active between two people at a centre, or None."""
    pair = (oid_of(assistant), oid_of(clinician))
    found = institution["delegations"].values() if "delegations" in institution else ()
    for one in found:
        if (one.assistant, one.clinician) == pair and one.state in COUNTS:
            return one
    return None


def delegations_with(person: Person, side: str, actor: Actor) -> list[Delegation]:
    """Return what is asked or active of a person; side: ``assistant`` or ``clinician``."""
    where = {side: oid_of(person), "state": COUNTS}
    return find(
        portal_of(actor), "delegation", within=root_of(person), where=where, sort="title", size=MOST
    ).items


def delegations_at(institution: Institution, actor: Actor) -> list[Delegation]:
    """Return what is asked or active at a centre."""
    where = {"state": COUNTS}
    return find(actor, "delegation", within=institution, where=where, sort="title", size=MOST).items


def shown(found: list[Delegation], actor: Actor) -> Iterator[Assistance]:
    """Yield delegations as pages show them."""
    for one in found:
        assistant, clinician = resource_of(one, one.assistant), resource_of(one, one.clinician)
        centre = institution_of(one)
        if assistant is None or clinician is None or centre is None:
            continue
        confirms = one.state == "asked" and actor.may(Permission.DELEGATION_CONFIRM, one)
        ends = actor.may(Permission.DELEGATION_END, one)
        yield Assistance(one, assistant, clinician, centre, confirms, ends)


def centres_with_role(person: Person, role: Role, actor: Actor) -> list[Institution]:
    """Return the centres at which a person holds a role, by name."""
    found = [node for node, roles in places_of(person, actor) if role in roles]
    centres = [node for node in found if isinstance(node, Institution) and not node.is_for_guests]
    return sorted(centres, key=lambda centre: centre.display)


def people_with_role(institution: Institution, role: Role, actor: Actor) -> list[Any]:
    """Return who has an active membership with a role at a centre, by name."""
    found = find(
        portal_of(actor),
        "membership",
        within=institution,
        where={"role": role.value, "state": "active"},
        sort="title",
        size=MOST,
    )
    people = {one.person: one.person_resource() for one in found}
    return [person for person in people.values() if person is not None]
