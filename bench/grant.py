"""Time to grant and revoke a network role, with nothing and with 100,000 objects below."""

from __future__ import annotations

import transaction

from bench._ground import Place, median_ms, say, temporary_portal
from cpms_portal.core.actor import system_actor
from cpms_portal.core.ids import random_id
from cpms_portal.networks.actions import add_person
from cpms_portal.networks.resources import Members, Membership
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import begin

OBJECTS = 100_000
BATCH = 500


def fill_below(place: Place, slug: str) -> None:
    """Put workflowed, indexed objects below a network: memberships, the smallest there are."""
    actor = system_actor(place.registry)
    network = place.root["networks"][slug]
    centres = [
        centre
        for country in network.countries()
        for centre in country.institutions()
        if not centre.is_guest_access
    ]
    for number in range(OBJECTS):
        centre = centres[number % len(centres)]
        if "members" not in centre:
            centre.add("members", Members("Members"))
        membership = Membership("Invented Person", 1, Role.HP.value, actor.now)
        centre["members"].add(random_id(), membership)
        begin(membership, actor)
        if number % BATCH == BATCH - 1:
            transaction.commit()
            place.connection.cacheGC()
    transaction.commit()


def grant_and_revoke(place: Place, slug: str) -> float:
    """Return the median milliseconds of a grant, its commit, a revocation and its commit."""
    network = place.root["networks"][slug]
    person = place.root["people"]["bench"]

    def both() -> None:
        grant(person, Role.COORDINATOR, network)
        transaction.commit()
        revoke(person, Role.COORDINATOR, network)
        transaction.commit()

    return median_ms(both)


def main() -> None:
    """Print the figures."""
    with temporary_portal() as place:
        actor = system_actor(place.registry)
        made = add_person(place.root["people"], "Bench", "bench@example.invalid", actor=actor)
        people = place.root["people"]
        people.rename(made.__name__, "bench")
        transaction.commit()
        empty = grant_and_revoke(place, "vascern")
        fill_below(place, "rare-liver")
        full = grant_and_revoke(place, "rare-liver")
    say("grant.empty", empty, "ms")
    say("grant.objects_below", OBJECTS, "objects")
    say("grant.full", full, "ms")
    say("grant.ratio", full / empty, "times")


if __name__ == "__main__":
    main()
