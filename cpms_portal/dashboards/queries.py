"""Questions of the dashboards: what waits for a person, and cheap figures of a network.

Whatever waits is found by the person's own principals, in a fixed number of catalog queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.networks.queries import network_of, places_of
from cpms_portal.networks.resources import Country, Institution, Network
from cpms_portal.panels.queries.people import portal_at
from cpms_portal.panels.queries.waiting import waits_for_advice, waits_for_signature
from cpms_portal.panels.resources import RUNNING, Panel
from cpms_portal.patients.queries import patient_of
from cpms_portal.search.queries import count, find, newest
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import OWN_ROLES, PANEL_ROLES, Role

#: So many lines of one block are shown, and so many panels are looked at for them.
SHOWN, LOOKED_AT = 8, 50
#: More than anybody has in charge.
MOST_IN_CHARGE = 10_000
CENTRE_ROLES = frozenset({Role.ASSISTANT, Role.ENROLLER, Role.GUEST, Role.HP})
NETWORK_ROLES = frozenset({Role.COORDINATOR, Role.DISPATCHER})


def acting_as(actor: Actor, roles: Iterable[Role]) -> Actor:
    """Return an actor with only those principals that come from some roles."""
    wanted = {"person" if role in OWN_ROLES else str(role) for role in roles}
    held = {one for one in actor.principals if "@" in one and one.split("@")[0] in wanted}
    return replace(actor, principals=frozenset(held))


def _found(actor: Actor, noun: str, root: Any, **asked: Any) -> list[Any]:
    """Return the items of a catalog query; none are looked for without principals."""
    return find(actor, noun, within=root, **asked).items if actor.principals else []


@dataclass
class Waiting:
    """Everything that waits for a person, each list with the most urgent first."""

    invitations: list[Any]
    requests: list[Any]
    to_sign: list[Panel]
    to_contribute: list[Panel]
    leading: list[Panel]
    asked: list[Panel]
    drafts: list[Panel]
    unassigned: list[Panel]
    memberships: list[Any]
    delegations: list[Any]
    emergencies: list[Any]

    @property
    def total(self) -> int:
        """How many things wait for an answer of this person now."""
        urgent = (self.invitations, self.requests, self.to_sign, self.to_contribute)
        own = (self.memberships, self.delegations, self.emergencies)
        return sum(map(len, (*urgent, self.unassigned, *own)))


def waiting_for(person: Any, actor: Actor) -> Waiting:
    """Return what waits for a person, or for the clinician the person acts for."""
    root, me = root_of(person), actor.answers_oid or oid_of(person)
    panels = _panels_of(actor, root)
    coordinating = acting_as(actor, NETWORK_ROLES)
    unassigned = _found(
        coordinating, "panel", root, where={"state": "awaiting_lead"}, sort="changed", size=SHOWN
    )
    return Waiting(
        invitations=_invitations_for(actor, root, me),
        requests=_requests_to(actor, root),
        to_sign=[
            one for one in panels if one.state == "sign_off" and waits_for_signature(one, actor)
        ],
        to_contribute=[one for one in panels if waits_for_advice(one, me)],
        leading=[one for one in panels if one.lead == me and one.state in RUNNING],
        asked=[
            one for one in panels if one.requester == me and one.lead != me and one.state in RUNNING
        ],
        drafts=[one for one in panels if one.requester == me and one.state == "draft"],
        unassigned=unassigned,
        memberships=memberships_to_decide(actor, root),
        delegations=_assistants_asking(actor, root),
        emergencies=_emergencies_to_review(actor, root),
    )


def _assistants_asking(actor: Actor, root: Any) -> list[Any]:
    """Return the assistants who wait for this clinician to confirm them."""
    if not acting_as(actor, [Role.HP]).principals:
        return []
    where = {"clinician": actor.oid, "state": "asked"}
    return find(actor, "delegation", within=root, where=where, sort="created", size=SHOWN).items


def _emergencies_to_review(actor: Actor, root: Any) -> list[Any]:
    """Return what was opened by break-glass and waits for this data protection officer."""
    officer = acting_as(actor, [Role.DPO])
    return _found(
        officer, "emergency_access", root, where={"state": "open"}, sort="created", size=SHOWN
    )


def _panels_of(actor: Actor, root: Any) -> list[Panel]:
    """Return the running panels and drafts a person takes part in, those due first."""
    taking_part = acting_as(actor, PANEL_ROLES - {Role.INVITED})
    where = {"state": ("draft", *RUNNING)}
    found = newest(taking_part, "panel", within=root, where=where, size=LOOKED_AT)
    return sorted(found, key=lambda panel: (_due(panel), panel.__name__))


def _due(resource: Any) -> float:
    due: datetime | None = getattr(resource, "due", None)
    return due.timestamp() if due is not None else float("inf")


def _invitations_for(actor: Actor, root: Any, me: int) -> list[Any]:
    where = {"person": me, "state": "invited"}
    found = find(actor, "invitation", within=root, where=where, sort="created", size=LOOKED_AT)
    mine = [one for one in found if actor.may(Permission.INVITATION_ANSWER, one)]
    return sorted(mine, key=_due)


def _requests_to(actor: Actor, root: Any) -> list[Any]:
    """Return the requests for information that this person's side answers."""
    found = find(
        actor,
        "information_request",
        within=root,
        where={"state": "open"},
        sort="created",
        size=LOOKED_AT,
    )
    mine = [one for one in found if actor.may(Permission.INFORMATION_REQUEST_ANSWER, one)]
    return sorted(mine, key=_due)


def memberships_to_decide(actor: Actor, within: Any, *, size: int = SHOWN) -> list[Any]:
    """Return the requests for membership that this person may decide, oldest first."""
    deciding = acting_as(actor, [Role.COORDINATOR, Role.DEPUTY])
    return _found(
        deciding, "membership", within, where={"state": "requested"}, sort="created", size=size
    )


def recent_patients(actor: Actor, within: Any, *, size: int = SHOWN) -> list[Any]:
    """Return the patients of the person's own centres that changed last."""
    at_home = acting_as(actor, [*CENTRE_ROLES, Role.OWNER])
    where = {"state": ("enrolled", "withdrawn")}
    return newest(at_home, "patient", within=within, where=where, size=size)


def running_panels(actor: Actor, within: Any, *, size: int = SHOWN) -> list[Panel]:
    """Return the running panels below a node that the actor may see, last changed first."""
    return newest(actor, "panel", within=within, where={"state": RUNNING}, size=size)


@dataclass(frozen=True)
class Place:
    """A centre or network where a person holds roles."""

    node: Any
    network: Network
    roles: tuple[str, ...]


def places_at_work(person: Any, actor: Actor, kind: type) -> list[Place]:
    """Return the centres, or the networks, where a person holds roles now, by name."""
    found = []
    for node, roles in places_of(person, actor):
        network = network_of(node)
        if isinstance(node, kind) and network is not None:
            found.append(Place(node, network, tuple(roles)))
    return sorted(found, key=lambda place: (place.network.acronym.lower(), place.node.title))


def networks_at_work(person: Any, actor: Actor) -> list[Network]:
    """Return the networks a person works in: by a role there or at one of its centres."""
    nodes = (network_of(node) for node, _roles in places_of(person, actor))
    found = {oid_of(network): network for network in nodes if network is not None}
    return sorted(found.values(), key=lambda network: network.acronym.lower())


def centres_in(country: Country) -> int:
    """Return how many hospitals a country has in its network; guest access is not counted."""
    return max(len(country) - 1, 0)


@dataclass(frozen=True)
class Figures:
    """What is counted of a network. phases: running state → number of panels."""

    members: int
    phases: dict[str, int]


def figures_of(network: Network, actor: Actor) -> Figures:
    """Return the figures of a network, of all its panels; for those who hold ``kpi:view`` only."""
    portal = portal_at(actor)
    phases = {
        state: count(portal, "panel", within=network, where={"state": state}) for state in RUNNING
    }
    members = count(portal, "membership", within=network, where={"state": "active"})
    return Figures(members, phases)


def about_panel(panel: Panel) -> tuple[str, str]:
    """Return the nickname of a panel's patient and the name of its thematic area."""
    patient, network = patient_of(panel), network_of(panel)
    area = network.area_title(panel.area) if network is not None else panel.area
    return ("" if patient is None else patient.nickname), area


def patients_in_charge(institution: Institution, person: Any, actor: Actor) -> list[Any]:
    """Return the patients of a centre that a person has in charge."""
    where = {"owner": oid_of(person), "state": ("enrolled", "withdrawn")}
    return find(
        portal_at(actor),
        "patient",
        within=institution,
        where=where,
        sort="created",
        size=MOST_IN_CHARGE,
    ).items


def panels_in_charge(institution: Institution, person: Any, actor: Actor) -> list[Panel]:
    """Return the panels about patients of a centre that a person leads or asked for."""
    found: dict[int, Panel] = {}
    for role in ("lead", "requester"):
        panels = find(
            portal_at(actor),
            "panel",
            within=institution,
            where={role: oid_of(person)},
            sort="created",
            size=MOST_IN_CHARGE,
        )
        found |= {oid_of(panel): panel for panel in panels if panel.state != "cancelled"}
    return list(found.values())
