"""Change what people say of themselves, keep the finder true, ask for access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.networks.actions import request_membership
from cpms_portal.networks.queries import OVER, membership_of, portal_of
from cpms_portal.networks.resources import Institution, Membership, Network
from cpms_portal.people.queries import facets_of, is_trusted, profiles_wanted
from cpms_portal.people.resources import AreaChoice, Profile
from cpms_portal.search.actions import reindex
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition

FIELDS = (
    "professional_role",
    "expertise",
    "languages",
    "diagnoses",
    "availability",
    "away_from",
    "away_until",
)
TRUSTED = _("Approved at once: the centre trusts this mail domain.")


def refresh_facets(person: Person, actor: Actor) -> None:
    """Read memberships and profile into the finder again; nothing is written without a change."""
    facets = facets_of(person, actor)
    if facets != person.facets:
        person.facets = facets
        reindex(person)


def _profile(person: Person) -> Profile:
    if person.profile is None:
        person.profile = Profile()
    return person.profile


def update_profile(person: Person, values: Mapping[str, Any], actor: Actor) -> None:
    """Set fields of the profile; those not given stay."""
    profile = _profile(person)
    for name in FIELDS:
        if name in values:
            setattr(profile, name, values[name])
    refresh_facets(person, actor)
    announce(actor.registry, Changed(person, actor, "profile.update"))


def choose_areas(person: Person, network: Network, choice: AreaChoice, actor: Actor) -> None:
    """Set the thematic areas of a person in a network; unknown ones are left out."""
    known = {area.area_id for area in network.areas if not area.retired}
    kept = AreaChoice(
        tuple(area for area in choice.specialist if area in known),
        tuple(area for area in choice.wishes if area in known),
    )
    profile = _profile(person)
    profile.areas = {**profile.areas, str(network.__name__): kept}
    refresh_facets(person, actor)
    announce(actor.registry, Changed(person, actor, "profile.areas"))


def request_access(
    institution: Institution, person: Person, roles: Iterable[Role], *, comment: str, actor: Actor
) -> list[Membership]:
    """Ask for profiles at a centre; a clinician with a mail the centre trusts is let in at once.

    Return the memberships asked for; those that were there already are left out.
    """
    made = []
    for role in profiles_wanted(institution, person, roles):
        existing = membership_of(institution, person, role)
        if existing is not None and existing.state not in OVER:
            continue
        membership = request_membership(institution, person, role, actor, comment=comment)
        if role == Role.HP and is_trusted(institution, person):
            transition(membership, "approve", portal_of(actor), reason=str(TRUSTED))
        made.append(membership)
    return made
