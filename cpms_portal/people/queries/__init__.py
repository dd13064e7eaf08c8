"""Questions about people: what is in a profile, and who knows something."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import resource_of, root_of
from cpms_portal.networks.actions import PROFILES_ASKED
from cpms_portal.networks.queries import OVER, country_of, membership_of, network_of
from cpms_portal.networks.resources import Institution, Network
from cpms_portal.people.resources import Profile
from cpms_portal.search.queries import BATCH, Found, find
from cpms_portal.security.grants import grants_of
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role

#: Who can be invited: clinical roles at a centre.
CLINICAL = frozenset({Role.HP.value, Role.GUEST.value})
SHORTEST_WORD, LONGEST_PREFIX = 2, 6
_WORD = re.compile(r"\w+")
_EMPTY = Profile()


@dataclass(frozen=True)
class Expert:
    """Somebody who can be invited, as a list shows them.

    centre: where they work, in the network asked for if there. areas: titles. away_until: set
    while they are away. panels: how many they work in now. availability: as in the profile.
    """

    person: Person
    centre: Institution | None
    areas: tuple[str, ...]
    away_until: date | None
    panels: int
    availability: str = "open"


def profile_of(person: Person) -> Profile:
    """Return the profile of a person; an empty one, not stored, when there is none."""
    return person.profile or _EMPTY


def centres_of(person: Person, actor: Actor) -> list[Institution]:
    """Return the centres where a person holds a clinical role."""
    oids = [held.node for held in grants_of(person, actor.now) if held.role in CLINICAL]
    found = [resource_of(person, oid) for oid in dict.fromkeys(oids)]
    return [centre for centre in found if isinstance(centre, Institution)]


def networks_with_areas(person: Person, actor: Actor) -> list[Network]:
    """Return the networks whose thematic areas a person may choose."""
    found: dict[str, Network] = {}
    for centre in centres_of(person, actor):
        network = network_of(centre)
        if network is not None:
            found[str(network.__name__)] = network
    return [found[slug] for slug in sorted(found)]


def network_to_ask(person: Person, actor: Actor) -> Network | None:
    """Return the network whose preferences a clinician must say first, or None.

    Asked is who never said what they do, and who never answered about the areas of a network;
    "none for now" is an answer.
    """
    profile = profile_of(person)
    for network in networks_with_areas(person, actor):
        if not profile.professional_role or str(network.__name__) not in profile.areas:
            return network
    return None


def network_without_areas(person: Person, actor: Actor) -> Network | None:
    """Return the first network in which a clinician cannot be invited, for want of an area."""
    profile = profile_of(person)
    for network in networks_with_areas(person, actor):
        if not profile.chosen(str(network.__name__)).all:
            return network
    return None


def facets_of(person: Person, actor: Actor) -> dict[str, tuple[str, ...]]:
    """Return what the finder filters by; an expert is one with a clinical role and an area."""
    profile = profile_of(person)
    found: dict[str, set[str]] = {"language": set(profile.languages)}
    for held in grants_of(person, actor.now):
        found.setdefault("role", set()).add(str(held.role))
    for centre in centres_of(person, actor):
        network, country = network_of(centre), country_of(centre)
        if network is None or country is None:
            continue
        slug = str(network.__name__)
        areas = profile.chosen(slug).all
        found.setdefault("network", set()).add(slug)
        found.setdefault("country", set()).add(country.code)
        found.setdefault("institution", set()).add(centre.code)
        found.setdefault("area", set()).update(f"{slug}/{area}" for area in areas)
        if areas:
            found.setdefault("expert", set()).update({slug, "any"})
    found["word"] = set(_prefixes(_texts(person, profile, actor)))
    return {name: tuple(sorted(values)) for name, values in found.items() if values}


def _texts(person: Person, profile: Profile, actor: Actor) -> Iterator[str]:
    yield person.title
    yield profile.professional_role
    yield profile.expertise
    for centre in centres_of(person, actor):
        yield centre.display
        yield centre.city


def words(text: str) -> list[str]:
    """Return the words of a text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return [word for word in _WORD.findall(kept) if len(word) >= SHORTEST_WORD]


def _prefixes(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for word in words(text):
            for end in range(SHORTEST_WORD, min(len(word), LONGEST_PREFIX) + 1):
                yield word[:end]


def find_experts(  # noqa: PLR0913 - one question, each part of it named at the call
    network: Network | None,
    actor: Actor,
    *,
    areas: Sequence[str] = (),
    text: str = "",
    languages: Sequence[str] = (),
    country: str = "",
    exclude: Iterable[int] = (),
    start: int = 0,
    size: int = BATCH,
) -> Found:
    """Return a batch of Experts by name, in one question to the catalog.

    network: None for all. areas: "rare-liver/wilson", any of them. text: beginnings of words of
    name, profession, expertise or centre, all of them. country: ISO code. exclude: oids.
    """
    where: list[tuple[str, Any]] = [("expert", network.__name__ if network else "any")]
    where += [("area", areas)] if areas else []
    where += [("language", languages)] if languages else []
    where += [("country", country)] if country else []
    where += [("word", word[:LONGEST_PREFIX]) for word in words(text)]
    found = find(
        actor,
        "person",
        within=root_of(network if network is not None else actor.person),
        where=where,
        sort="title",
        start=start,
        size=size,
        without=exclude,
    )
    experts = [expert_of(person, network, actor) for person in found]
    return Found(found.total, experts, start, size)


def expert_of(person: Person, network: Network | None, actor: Actor) -> Expert:
    """Return a person as an expert."""
    profile = profile_of(person)
    centres = centres_of(person, actor)
    here = [centre for centre in centres if network_of(centre) is network]
    titles = [
        place.area_title(area)
        for place in networks_with_areas(person, actor)
        if network is None or place is network
        for area in profile.chosen(str(place.__name__)).all
    ]
    away = profile.away_until if profile.is_away(actor.now.date()) else None
    panels = sum(count(person, actor) for count in actor.registry.cpms_workloads)
    centre = next(iter(here or centres), None)
    return Expert(person, centre, tuple(titles), away, panels, profile.availability)


def can_be_invited(person: Person, network: Network | None, actor: Actor) -> bool:
    """Say whether a person is an expert now; grants may have ended since the catalog was read."""
    facets = facets_of(person, actor).get("expert", ())
    return ("any" if network is None else str(network.__name__)) in facets


def profiles_offered(institution: Institution) -> tuple[Role, ...]:
    """Return the profiles one may ask for at a centre: guests ask for guest access alone."""
    return (Role.GUEST,) if institution.is_for_guests else PROFILES_ASKED


def profiles_wanted(institution: Institution, person: Person, roles: Iterable[Role]) -> list[Role]:
    """Return the profiles that are asked for: who coordinates or dispatches is a clinician too."""
    chosen = [role for role in profiles_offered(institution) if role in set(roles)]
    if {Role.COORDINATOR, Role.DISPATCHER} & set(chosen) and Role.HP not in chosen:
        clinical = membership_of(institution, person, Role.HP)
        if clinical is None or clinical.state in OVER:
            chosen.append(Role.HP)
    return chosen


def is_trusted(institution: Institution, person: Person) -> bool:
    """Say whether a person's mail is of a domain the centre trusts.

    The mail of an account is proven: an account begins with a link that was sent there.
    """
    domain = person.mail.rpartition("@")[2]
    return person.account is not None and domain in institution.mail_domains
