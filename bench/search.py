"""Search: permission-filtered, sorted, first 25, with 1,000 and with 100,000 patients."""

from __future__ import annotations

import random

import transaction

from bench._ground import Place, median_ms, say, temporary_portal
from cpms_portal.core.actor import system_actor
from cpms_portal.scripts._invented import Filling, centres_of, clinician_of, fill_patients
from cpms_portal.search.queries import find
from cpms_portal.security.principals import actor_for

SMALL, LARGE = 1_000, 100_000


def measure(place: Place, filling: Filling, label: str) -> dict[str, float]:
    """Measure what one clinician asks; return the medians in milliseconds."""
    centre = centres_of(place.root["networks"]["rare-liver"])[0]
    actor = actor_for(place.registry, clinician_of(centre, filling))
    place.connection.cacheMinimize()
    questions = {
        "newest_of_centre": lambda: find(
            actor, "patient", within=centre, sort="changed", descending=True
        ),
        "by_nickname": lambda: find(actor, "patient", within=place.root, sort="title"),
        "by_code": lambda: find(
            actor, "patient", within=place.root, where={"code": "ORPHA:905"}, sort="changed"
        ),
    }
    found = {name: median_ms(question, 200) for name, question in questions.items()}
    for name, value in found.items():
        say(f"search.{name}.{label}", value, "ms")
    return found


def main() -> None:
    """Print the figures."""
    with temporary_portal() as place:

        def keep(_number: int) -> None:
            transaction.commit()
            place.connection.cacheGC()

        filling = Filling(place.root, system_actor(place.registry), random.Random(1), keep)
        network = place.root["networks"]["rare-liver"]
        for _patient in fill_patients(network, SMALL, filling):
            pass
        small = measure(place, filling, "1000")
        for _patient in fill_patients(network, LARGE - SMALL, filling):
            pass
        large = measure(place, filling, "100000")
    for name, value in large.items():
        say(f"search.{name}.ratio", value / small[name], "times")


if __name__ == "__main__":
    main()
