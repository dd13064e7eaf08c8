"""Make networks, countries and centres, and let people in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.effects import LONGEST, settle_end
from cpms_portal.networks.queries import (
    OVER,
    VIRTUAL_CENTRE,
    decides_too,
    enrolment_of,
    institution_of,
    membership_of,
    network_of,
    portal_of,
)
from cpms_portal.networks.resources import (
    GUEST_CODE,
    TIMED_ROLES,
    Country,
    Institution,
    Members,
    Membership,
    Network,
    Networks,
)
from cpms_portal.search.queries import find
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import People, Person
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import begin, transition

#: The profiles people ask for at a full member or an affiliated partner.
PROFILES_ASKED = (
    Role.COORDINATOR,
    Role.DISPATCHER,
    Role.HP,
    Role.RESEARCHER,
    Role.ASSISTANT,
    Role.REPRESENTATIVE,
    Role.DPO,
)


def bring_up(root: Any, actor: Actor) -> None:
    """Make the containers of networks and people in a new database."""
    if "networks" not in root:
        root.add("networks", Networks("Networks", actor.now))
    if "people" not in root:
        root.add("people", People("People", actor.now))


def found_network(
    networks: Networks, slug: str, *, title: str, acronym: str, display: str, actor: Actor
) -> Network:
    """Make a network."""
    network = Network(title, acronym, display, actor.now)
    networks.add(slug, network)
    begin(network, actor)
    return network


def add_country(network: Network, slug: str, *, title: str, code: str, actor: Actor) -> Country:
    """Make a country of a network, with its guest access."""
    country = Country(title, code, actor.now)
    network.add(slug, country)
    begin(country, actor)
    guest = add_institution(country, GUEST_CODE, "Guest Access", slug="guest", actor=actor)
    guest.membership = "guest"
    return country


def add_institution(
    country: Country, code: str, title: str, *, actor: Actor, slug: str = ""
) -> Institution:
    """Make a centre of a country."""
    institution = Institution(title, code, actor.now)
    country.add(slug or code.lower(), institution)
    begin(institution, actor)
    return institution


def add_person(
    people: People, name: str, mail: str, *, login: str = "", language: str = "en", actor: Actor
) -> Person:
    """Make a person who can be found by login and mail; ValueError when one is taken."""
    person = Person(name, mail, language=language, created=actor.now)
    people.add(random_id(), person)
    people.register_login(mail, person)
    if login:
        people.register_login(login, person)
    begin(person, actor)
    return person


def request_membership(
    institution: Institution, person: Person, role: Role, actor: Actor, *, comment: str = ""
) -> Membership:
    """Ask for a profile at a centre; an earlier request that still counts is returned."""
    existing = membership_of(institution, person, role)
    if existing is not None and existing.state not in OVER:
        return existing
    if "members" not in institution:
        institution.add("members", Members("Members", actor.now))
    membership = Membership(person.title, person.__oid__, role.value, actor.now)
    membership.comment = comment.strip()
    membership.asked = actor.person is not None and actor.oid == membership.person
    institution["members"].add(random_id(), membership)
    begin(membership, actor)
    announce(actor.registry, Changed(membership, actor, "membership.request"))
    return membership


def admit_member(institution: Institution, person: Person, role: Role, actor: Actor) -> Membership:
    """Let a person in with a profile, without a request of their own."""
    membership = request_membership(institution, person, role, actor)
    if membership.state == "requested":
        transition(membership, "approve", actor, reason=str(_("Admitted directly.")))
    return membership


#: The shortest and the longest end a coordinator may choose for a guest, in days from today.
FIRST_END, LAST_END = 1, LONGEST.days


def approve(
    membership: Membership, actor: Actor, *, reason: str = "", end: date | None = None
) -> None:
    """Let somebody in; a guest until the end of a day, None for: until their panels close."""
    transition(membership, "approve", actor, reason=reason, values=_term(membership, end, actor))


def extend(membership: Membership, actor: Actor, end: date | None) -> None:
    """Give a guest another end; who may enrol in the virtual centre may do so until then too."""
    if not membership.is_timed:
        raise TransitionDeniedError(_("Only guest access has an end."))
    values = _term(membership, end, actor)
    transition(membership, "extend", actor, values=values)
    enrolment = enrolment_of(membership)
    if enrolment is not None and enrolment is not membership and enrolment.state == "active":
        transition(enrolment, "extend", actor, values=values)


def _term(membership: Membership, end: date | None, actor: Actor) -> dict[str, Any]:
    if not membership.is_timed:
        return {}
    if end is None:
        return {"until_panels": True}
    days = (end - actor.now.date()).days
    if not FIRST_END <= days <= LAST_END:
        raise ValueRefusedError(
            _("Choose a day after today, and within one year at the most."), "end"
        )
    until = datetime.combine(end, time.max, actor.now.tzinfo).replace(microsecond=0)
    return {"until": until}


def settle_guest(person: Person, actor: Actor) -> None:
    """Work out the ends of a guest's access again, after something they work in ran or ended."""
    for held in person.grants.held:
        if held.role not in TIMED_ROLES:
            continue
        centre = resource_of(person, held.node)
        membership = None if centre is None else membership_of(centre, person, held.role)
        if membership is not None:
            settle_end(membership, actor)


def change_profile(membership: Membership, role: Role, actor: Actor, reason: str) -> Membership:
    """End a membership and begin one with another profile, both with the reason."""
    institution, person = institution_of(membership), membership.person_resource()
    if institution is None or person is None or role.value == membership.role:
        raise ValueRefusedError(_("Choose another profile."), "role")
    if institution.is_for_guests or role not in PROFILES_ASKED:
        raise ValueRefusedError(_("This centre does not offer that profile."), "role")
    transition(membership, "end", actor, reason=reason)
    changed = request_membership(institution, person, role, actor)
    if changed.state in {"requested", "asked_back"}:
        transition(changed, "approve", actor, reason=reason)
    return changed


def virtual_centre(network: Network, actor: Actor) -> Institution:
    """Return the centre of guests who enrol patients; made when it is needed first."""
    found = network.get(VIRTUAL_CENTRE)
    if found is None:
        found = Institution("Guest Virtual Centre", "GUESTS", actor.now)
        found.membership, found.visibility = "guest", "owner"
        network.add(VIRTUAL_CENTRE, found)
        begin(found, actor)
    return found


def authorise_enrolment(membership: Membership, actor: Actor, reason: str) -> Membership:
    """Let a guest enrol patients in the virtual centre of the network, as long as they stay."""
    network, person = network_of(membership), membership.person_resource()
    if network is None or person is None or membership.role != Role.GUEST:
        raise TransitionDeniedError(_("Only guests enrol patients in the virtual centre."))
    if membership.state != "active" or not actor.may(Permission.MEMBERSHIP_DECIDE, membership):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    if not reason.strip():
        raise ValueRefusedError(_("Please say why."), "reason")
    centre = virtual_centre(network, portal_of(actor))
    enrolment = request_membership(centre, person, Role.ENROLLER, actor)
    if enrolment.state == "requested":
        panels = membership.until_panels
        values = {"until": membership.until, "until_panels": panels}
        transition(enrolment, "approve", actor, reason=reason, values=values)
    return enrolment


def let_dispatchers_decide(network: Network, decide: bool, actor: Actor) -> None:
    """Make the dispatchers deputies in questions of membership, or end that."""
    network.dispatchers_decide = decide
    _make_deputies(network, Role.DISPATCHER, actor)


def let_representatives_decide(network: Network, decide: bool, actor: Actor) -> None:
    """Make the representatives of centres deputies for their own people, or end that."""
    network.representatives_decide = decide
    _make_deputies(network, Role.REPRESENTATIVE, actor)


def _make_deputies(network: Network, role: Role, actor: Actor) -> None:
    found = find(
        portal_of(actor),
        "membership",
        within=network,
        where={"role": role, "state": "active"},
        sort="title",
        size=1000,
    )
    for membership in found:
        person = membership.person_resource()
        if person is not None and decides_too(role, network):
            grant(person, Role.DEPUTY, membership.node(), since=actor.now)
        elif person is not None:
            revoke(person, Role.DEPUTY, membership.node())


def change_policy(network: Network, values: Mapping[str, Any], actor: Actor) -> None:
    """Change how a network lets people in.

    values: days, guest_days_after, dispatchers_decide, representatives_decide.
    """
    network.membership_days = int(values["days"])
    network.guest_days_after = int(values["guest_days_after"])
    let_dispatchers_decide(network, values["dispatchers_decide"], actor)
    let_representatives_decide(network, values["representatives_decide"], actor)
    announce(actor.registry, Changed(network, actor, "network.access_policy"))


def trust_domains(institution: Institution, domains: Iterable[str], actor: Actor) -> None:
    """Change whose mail lets people in at once."""
    institution.mail_domains = tuple(sorted({one.strip().lower() for one in domains} - {""}))
    announce(actor.registry, Changed(institution, actor, "institution.mail_domains"))
