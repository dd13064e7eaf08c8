"""Questions about desks and tickets: which desk, who answers, does a text point to a patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pyramid.registry import Registry
from pyramid.security import Everyone

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.core.actor import Actor
from cpms_portal.core.clock import now
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.networks.queries import name_of, network_of, networks_of, places_of, portal_of
from cpms_portal.search.queries import Found, find
from cpms_portal.security.grants import holds
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role, principal
from cpms_portal.security.secret import sign, signature_holds
from cpms_portal.support.resources import Support, Ticket

DESK = "support"
#: States in which the team has something to do.
WAITING = ("open", "in_progress")
MOST_TEAM, MOST_OWN, MOST_CONTACTS = 50, 20, 20
_PURPOSE = "ticket"

_DATE = re.compile(
    r"\b(?:(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>(?:19|20)\d\d)"
    r"|(?P<y2>(?:19|20)\d\d)-\d{1,2}-\d{1,2})\b"
)
_BORN = re.compile(
    r"\b(?:born|birth|dob|geb|geboren|geburtsdatum|née?|naissance|nat[oa]|nascita|nacid[oa]"
    r"|nasc|ur|urodzon[ya]|född|født|syntynyt)\b\W{0,12}\d",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+\d[\d /().-]{6,18}\d")
_NUMBER = re.compile(r"(?<![\w+.])(?!00)\d(?:[ /-]?\d){7,}(?!\w)")
_NAMED = re.compile(
    r"\b(?:[Pp]atient(?:in|e|en)?|[Pp]aziente|[Pp]aciente|[Pp]acjent(?:ka)?|Mrs?|Ms|Mme|Frau|Herr)"
    r"\.?\s+[^\W\d_a-z]\w+\s+[^\W\d_a-z]\w+"
)


def doubts_about(text: str, moment: datetime) -> list[Any]:
    """Return why a text looks as if it held data of a patient, in words; nothing when it does not.

    It cannot see everything: it makes people look again, no more.
    """
    found = []
    if _BORN.search(text) or any(_long_ago(one, moment) for one in _DATE.finditer(text)):
        found.append(_("a date that may be a date of birth"))
    if _NUMBER.search(_PHONE.sub("", text)):
        found.append(_("a long number that may belong to a patient"))
    if _NAMED.search(text):
        found.append(_("what may be the name of a patient"))
    return found


def _long_ago(match: re.Match[str], moment: datetime) -> bool:
    return int(match["y"] or match["y2"]) < moment.year - 1


def desks(anywhere: Any) -> Iterator[Support]:
    """Yield the desk of the portal, then those of the networks, by acronym."""
    root = root_of(anywhere)
    for place in (root, *networks_of(root)):
        if DESK in place:
            yield place[DESK]


def name_of_desk(desk: Support) -> Any:
    """Return what a desk is called."""
    network = network_of(desk)
    return _("The portal") if network is None else name_of(network)


def desk_nearest(desk: Support, actor: Actor) -> Support:
    """Return the desk of the network somebody works in, where it is one; else the desk given."""
    if actor.person is None or network_of(desk) is not None:
        return desk
    networks = {
        network.__name__: network
        for place, _roles in places_of(actor.person, actor)
        if (network := network_of(place)) is not None
    }
    own = [network[DESK] for network in networks.values() if DESK in network]
    return own[0] if len(own) == 1 else desk


def value_of_desk(desk: Support) -> str:
    """Return how a form names a desk: the name of its network, "portal" for the portal's."""
    network = network_of(desk)
    return "portal" if network is None else str(network.__name__)


def team_of(desk: Support, actor: Actor) -> list[int]:
    """Return the oids of who answers at a desk, as in the workflow file.

    Coordinators and dispatchers of a network; at the portal's own, its site administrators.
    """
    network = network_of(desk)
    if network is None:
        return _administrators(desk, actor)
    found = find(
        portal_of(actor),
        "membership",
        within=network,
        where={"role": [Role.COORDINATOR, Role.DISPATCHER], "state": "active"},
        sort="title",
        size=MOST_TEAM,
    )
    return list(dict.fromkeys(one.person for one in found))


def _administrators(desk: Support, actor: Actor) -> list[int]:
    root = root_of(desk)
    found = find(
        portal_of(actor),
        "person",
        within=root,
        where={"portal_role": Role.ADMINISTRATOR.value},
        sort="title",
        size=MOST_TEAM,
    )
    return [
        oid_of(one)
        for one in found
        if holds(one, Role.ADMINISTRATOR, root, actor.now) and not one.is_disabled
    ]


def answering(desk: Support, actor: Actor) -> tuple[list[LibraryItem], list[LibraryItem]]:
    """Return the contacts and the flyers of a desk; a network without a flyer shows the portal's.

    Both as the library of the network, or of the portal, publishes them.
    """
    network = network_of(desk)
    place = root_of(desk) if network is None else network
    contacts = _published(place, "contact", actor)
    flyers = _published(place, "flyer", actor)
    if not flyers and network is not None:
        flyers = _published(root_of(desk), "flyer", actor)
    return contacts, flyers


def _published(place: Any, kind: str, actor: Actor) -> list[LibraryItem]:
    if "library" not in place:
        return []
    found = find(
        actor,
        "page",
        within=place["library"],
        where={"kind": kind, "tag": "help", "state": "published"},
        sort="position",
        size=MOST_CONTACTS,
    )
    return found.items


def queue_of(desk: Support, actor: Actor, states: tuple[str, ...], start: int = 0) -> Found:
    """Return the tickets of a desk in some states; those that wait longest first."""
    return find(
        actor,
        "ticket",
        within=desk,
        where={"state": states},
        sort="changed",
        descending=states != WAITING,
        start=start,
    )


def own_tickets(anywhere: Any, actor: Actor) -> Found:
    """Return the tickets somebody asked, the newest first; nothing for a visitor."""
    if actor.person is None:
        return Found(0, [])
    where = {"person": oid_of(actor.person)}
    return find(
        actor,
        "ticket",
        within=root_of(anywhere),
        where=where,
        sort="changed",
        descending=True,
        size=MOST_OWN,
    )


def answers_here(actor: Actor, ticket: Ticket) -> bool:
    """Say whether somebody belongs to the team of a ticket."""
    return actor.may(Permission.TICKET_ANSWER, ticket)


def key_of(ticket: Ticket, registry: Registry) -> str:
    """Return what opens a visitor's ticket; it stands in the link of the mail alone."""
    return sign(registry, _PURPOSE, str(oid_of(ticket)))


def visitor_of(ticket: Ticket, key: str, source: str, registry: Registry) -> Actor | None:
    """Return the visitor who asked as an actor, or None when the key does not open the ticket."""
    if ticket.person or not signature_holds(registry, _PURPOSE, str(oid_of(ticket)), key):
        return None
    held = frozenset({Everyone, principal(Role.AUTHOR, oid_of(ticket))})
    return Actor(registry, None, held, now(registry), source=source)
