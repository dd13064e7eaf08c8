"""Time to grant and revoke a network role, with nothing and with 100,000 objects below."""

from __future__ import annotations

import statistics
import time

import transaction

from bench._ground import Place, say, temporary_portal
from cpms_portal.core.actor import system_actor
from cpms_portal.core.ids import random_id
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.networks.actions import add_person
from cpms_portal.networks.resources import Members, Membership
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import begin

OBJECTS = 100_000
BATCH, TIMES = 500, 200
EMPTY, FULL = "vascern", "rare-liver"


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


def grant_and_revoke(place: Place, slug: str) -> tuple[float, int]:
    """Return the milliseconds of a grant, a revocation and their commits, and objects written.

    A connection of its own with nothing in memory, so that neither network profits from what
    was done before.
    """
    manager = transaction.TransactionManager()
    connection = place.connection.db().open(transaction_manager=manager)
    try:
        connection.cacheMinimize()
        root = connection.root()[ROOT_KEY]
        person, network = root["people"]["bench"], root["networks"][slug]
        connection.getTransferCounts(True)
        before = time.perf_counter()
        grant(person, Role.COORDINATOR, network)
        manager.commit()
        revoke(person, Role.COORDINATOR, network)
        manager.commit()
        taken = (time.perf_counter() - before) * 1000
        return taken, connection.getTransferCounts()[1]
    finally:
        connection.close()


def measure(place: Place) -> None:
    """Print the figures: the empty and the full network in turn, so that noise meets both."""
    taken: dict[str, list[float]] = {EMPTY: [], FULL: []}
    written: dict[str, int] = {}
    for number in range(TIMES):
        for slug in (EMPTY, FULL) if number % 2 else (FULL, EMPTY):
            one, written[slug] = grant_and_revoke(place, slug)
            taken[slug].append(one)
    empty, full = (statistics.median(taken[slug]) for slug in (EMPTY, FULL))
    say("grant.empty", empty, "ms")
    say("grant.full", full, "ms")
    say("grant.ratio", full / empty, "times")
    # Both directions together: one object each.
    say("grant.written_empty", written[EMPTY] / 2, "objects")
    say("grant.written_full", written[FULL] / 2, "objects")


def add_bench_person(place: Place) -> None:
    """Make the person who is granted the role."""
    people, actor = place.root["people"], system_actor(place.registry)
    made = add_person(people, "Bench", "bench@example.invalid", actor=actor)
    people.rename(made.__name__, "bench")
    transaction.commit()


def main() -> None:
    """Print the figures."""
    with temporary_portal() as place:
        add_bench_person(place)
        fill_below(place, FULL)
        say("grant.objects_below", OBJECTS, "objects")
        measure(place)


if __name__ == "__main__":
    main()
