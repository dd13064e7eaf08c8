"""Make networks, countries and centres, and let people in."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.networks.queries import membership_of
from cpms_portal.networks.resources import (
    GUEST_CODE,
    Country,
    Institution,
    Members,
    Membership,
    Network,
    Networks,
)
from cpms_portal.security.resources import People, Person
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import begin, transition


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
    institution: Institution, person: Person, role: Role, actor: Actor
) -> Membership:
    """Ask for a profile at a centre; an earlier request that still counts is returned."""
    existing = membership_of(institution, person, role)
    if existing is not None and existing.state not in {"rejected", "ended"}:
        return existing
    if "members" not in institution:
        institution.add("members", Members("Members", actor.now))
    membership = Membership(person.title, person.__oid__, role.value, actor.now)
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
