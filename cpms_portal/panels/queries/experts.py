"""Whom a panel may invite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.networks.interfaces import Work
from cpms_portal.networks.queries import country_of, network_of
from cpms_portal.panels.queries.people import portal_at
from cpms_portal.panels.queries.progress import invitations_of
from cpms_portal.panels.resources import RUNNING, Panel
from cpms_portal.people.queries import can_be_invited, find_experts
from cpms_portal.people.schemas import AVAILABILITY
from cpms_portal.search.queries import count
from cpms_portal.security.roles import Role

MOST = 60
#: Roles that tie somebody to a panel.
TIED = frozenset({Role.LEAD, Role.MEMBER, Role.REQUESTER})
WAITING = frozenset({"invited", "accepted"})


@dataclass(frozen=True)
class Candidate:
    """Somebody who might join. reason: why not, or None; panels: how many they work in now;
    takes: what they take on at present, where that is not everything."""

    person: Any
    name: str
    place: str
    country: str
    areas: tuple[str, ...]
    away: date | None
    panels: int
    takes: Any
    reason: str | None


def why_not_invited(panel: Panel, person: Any, actor: Actor) -> str | None:
    """Return why somebody cannot be invited to a panel, or None."""
    name = {"name": person.title}
    oid = oid_of(person)
    if oid in (panel.lead, *panel.members):
        return _("${name} is in this panel already.", mapping=name)
    waiting = {one.person for one in invitations_of(panel) if one.state in WAITING}
    if oid in waiting:
        return _("${name} has been invited already.", mapping=name)
    return why_no_expert(person, actor)


def why_no_expert(person: Any, actor: Actor) -> str | None:
    """Return why somebody can have no part in panels, or None."""
    if can_be_invited(person, None, actor):
        return None
    return _(
        "${name} has chosen no thematic area yet and cannot be invited.",
        mapping={"name": person.title},
    )


def candidates(
    panel: Panel, actor: Actor, *, area: str = "", text: str = "", everywhere: bool = False
) -> list[Candidate]:
    """Return experts by area and words, those free first; of all networks when asked for."""
    network = network_of(panel)
    slug = "" if network is None else network.__name__
    found = find_experts(
        None if everywhere else network,
        actor,
        areas=[f"{slug}/{area}"] if area and not everywhere else (),
        text=text,
        size=MOST,
    )
    made = []
    for expert in found:
        centre = expert.centre
        country = None if centre is None else country_of(centre)
        made.append(
            Candidate(
                expert.person,
                expert.person.title,
                "" if centre is None else centre.display,
                "" if country is None else country.title,
                expert.areas,
                expert.away_until,
                expert.panels,
                "" if expert.availability == "open" else AVAILABILITY[expert.availability],
                why_not_invited(panel, expert.person, actor),
            )
        )
    return sorted(made, key=lambda one: (one.reason is not None, one.away is not None, one.name))


def chosen_people(panel: Panel, names: Iterable[str]) -> list[Any]:
    """Return the persons with these ids, each once; ValueRefusedError for an unknown one."""
    people = root_of(panel)["people"]
    found = []
    for name in dict.fromkeys(names):
        if name not in people:
            raise ValueRefusedError(_("Choose from what is offered."), "people")
        found.append(people[name])
    return found


def workload_of(person: Any, actor: Actor) -> int:
    """Return in how many running panels a person works; the expert finder shows it."""
    where = {"worker": oid_of(person), "state": RUNNING}
    return count(portal_at(actor), "panel", within=root_of(person), where=where)


def work_of(person: Any, actor: Actor) -> list[Work]:
    """Return the panels a person is tied to; one that was closed, and not opened again, is done."""
    oids = dict.fromkeys(held.node for held in person.grants.held if held.role in TIED)
    panels = [resource_of(person, oid) for oid in oids]
    return [
        Work(None if panel.state in RUNNING or not panel.history else _ended(panel))
        for panel in panels
        if isinstance(panel, Panel) and panel.state != "draft"
    ]


def _ended(panel: Panel) -> datetime:
    """Return when the last step out of the running states was taken."""
    steps = [step.at for step in panel.history if step.from_state in RUNNING]
    return max(steps) if steps else panel.history[-1].at
