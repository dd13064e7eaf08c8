"""Whom a panel may invite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.networks.queries import network_of
from cpms_portal.panels.queries.people import Who, portal_at, who
from cpms_portal.panels.queries.progress import invitations_of
from cpms_portal.panels.resources import Panel
from cpms_portal.search.queries import find
from cpms_portal.security.roles import Role

MOST = 60
WAITING = frozenset({"invited", "accepted"})


def why_not_invited(panel: Panel, person: Any) -> str | None:
    """Return why somebody cannot be invited to a panel, or None."""
    oid, name = oid_of(person), person.title
    if oid in (panel.lead, *panel.members):
        return _("${name} is in this panel already.", mapping={"name": name})
    waiting = {one.person for one in invitations_of(panel) if one.state in WAITING}
    if oid in waiting:
        return _("${name} has been invited already.", mapping={"name": name})
    if not has_area(person):
        return _(
            "${name} has chosen no thematic area yet and cannot be invited.",
            mapping={"name": name},
        )
    return None


def has_area(person: Any) -> bool:
    """Say whether a person has chosen a thematic area of any network."""
    return True


@dataclass(frozen=True)
class Candidate:
    """Somebody who might be invited. reason: why not, or None."""

    person: Any
    who: Who
    areas: tuple[str, ...]
    away: str
    reason: str | None


def candidates(panel: Panel, actor: Actor, *, area: str = "", text: str = "") -> list[Candidate]:
    """Return people of the panel's network who fit an area and words, those free first."""
    network = network_of(panel)
    found = find(
        portal_at(actor),
        "membership",
        within=network,
        where={"role": [Role.HP, Role.COORDINATOR, Role.GUEST], "state": "active"},
        sort="title",
        size=MOST,
    )
    people = {one.person: one.person_resource() for one in found}
    made = [
        Candidate(person, who(panel, oid, actor), (), "", why_not_invited(panel, person))
        for oid, person in people.items()
        if person is not None and text.lower() in person.title.lower()
    ]
    return sorted(made, key=lambda one: (one.reason is not None, one.who.name))


def chosen_people(panel: Panel, names: Iterable[str]) -> list[Any]:
    """Return the persons with these ids, each once; ValueRefusedError for an unknown one."""
    people = root_of(panel)["people"]
    found = []
    for name in dict.fromkeys(names):
        if name not in people:
            raise ValueRefusedError(_("Choose from what is offered."), "people")
        found.append(people[name])
    return found
