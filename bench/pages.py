"""Pages of a signed-in clinician, with 1,000 and with 100,000 patients.

One process with four threads, as ``cpms serve`` starts it. Both portals run side by side and
are asked in turn, so that what else the machine does meets both.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import transaction
from pyramid.request import Request

from bench._ground import Place, portal_in, say, settings_in
from bench._load import Load, asker, load
from bench._served import Served, cookie_of, ini_in, served
from cpms_portal.core.actor import system_actor
from cpms_portal.scripts._invented import (
    CENTRES,
    Filling,
    centres_of,
    clinician_of,
    fill_panel,
    fill_patients,
)

SMALL, LARGE = 1_000, 100_000
#: Every so many-th patient of a centre has a panel. At the first centre, whose pages are measured,
#: so many have one at either size: nobody leads a hundred times more because the portal grew.
PANELS, FIRST = 50, 12
ROUNDS, SECONDS, WARM_UP = 4, 4, 2


def _filling(place: Place, seed: int) -> Filling:
    def keep(_number: int) -> None:
        transaction.commit()
        place.connection.cacheGC()

    return Filling(place.root, system_actor(place.registry), random.Random(seed), keep)


def fill(place: Place, number: int, seed: int, first: int) -> None:
    """Enrol patients, some with a panel; first: how many panels the first centre gets."""
    filling, network = _filling(place, seed), place.root["networks"]["rare-liver"]
    for count, patient in enumerate(fill_patients(network, number, filling)):
        turn, place_of_centre = divmod(count, CENTRES)
        if turn < first if place_of_centre == 0 else turn % PANELS == 0:
            fill_panel(patient, network, filling)


def pages_of(place: Place) -> dict[str, str]:
    """Return the paths measured, all of the first centre, by name."""
    centre = centres_of(place.root["networks"]["rare-liver"])[0]
    discussed = [one for one in centre["patients"].values() if "panels" in one]
    patient = min(discussed, key=lambda one: (one.created, one.__name__))
    request = Request.blank("/")
    request.registry = place.registry
    panel = next(iter(patient["panels"].values()))
    return {
        "institution": request.resource_path(centre),
        "listing": request.resource_path(centre, "patients"),
        "patient": request.resource_path(patient),
        "panel": request.resource_path(panel),
        "my_work": "/my-work",
    }


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        """Follow nothing: a redirection means that nobody is signed in."""


def page_at(address: str, cookie: str) -> str:
    """Return a page; urllib.error.HTTPError when it is anything else."""
    asked = urllib.request.Request(address, headers={"Cookie": cookie})
    opener = urllib.request.build_opener(_NoRedirect)
    return str(opener.open(asked, timeout=30).read(), "utf-8")


def built(folder: Path) -> Iterator[tuple[int, Path]]:
    """Build both portals, the larger one grown from a copy of the smaller; yield their folders."""
    small, large = folder / "small", folder / "large"
    small.mkdir()
    with portal_in(small) as place:
        fill(place, SMALL, 1, FIRST)
    yield SMALL, small
    shutil.copytree(small, large)
    with portal_in(large) as place:
        fill(place, LARGE - SMALL, 2, 0)
    yield LARGE, large


class Side:
    """One of the two portals while it is served."""

    def __init__(self, size: int, folder: Path, stack: ExitStack) -> None:
        self.size = size
        with portal_in(folder) as place:
            centre = centres_of(place.root["networks"]["rare-liver"])[0]
            clinician = clinician_of(centre, _filling(place, 0))
            self.pages, self.cookie = pages_of(place), cookie_of(place, clinician)
        ini = ini_in(folder, settings_in(folder))
        self.served: Served = stack.enter_context(served(ini))
        self.loads: dict[str, list[Load]] = {name: [] for name in self.pages}
        self.processor: dict[str, list[float]] = {name: [] for name in self.pages}

    def check(self) -> None:
        """Make sure that pages show what is to be measured: a full batch of 25."""
        shown = page_at(self.served.address + self.pages["listing"], self.cookie)
        start = self.pages["listing"].rstrip("/") + "/"
        lines = {part.partition('"')[0] for part in shown.split(f'href="{start}')[1:]}
        assert len({line.strip("/").partition("/")[0] for line in lines}) >= 25, lines

    def measure(self, name: str, seconds: int) -> Load:
        """Ask a page for some seconds on four connections."""
        return load(
            self.served.address + self.pages[name], self.cookie, seconds=seconds, connections=4
        )

    def note(self, name: str) -> None:
        """Measure a page and keep the figures."""
        before = self.served.processor_seconds()
        found = self.measure(name, SECONDS)
        used = self.served.processor_seconds() - before
        self.loads[name].append(found)
        self.processor[name].append(used * 1000 / (found.per_second * SECONDS))

    def tell(self, name: str) -> float:
        """Print the medians of a page; return that of p50."""
        where, loads = f"pages.{name}.{self.size}", self.loads[name]
        p50 = statistics.median(one.p50 for one in loads)
        say(f"{where}.per_second", statistics.median(one.per_second for one in loads), "1/s")
        say(f"{where}.p50", p50, "ms")
        say(f"{where}.p99", statistics.median(one.p99 for one in loads), "ms")
        say(f"{where}.processor", statistics.median(self.processor[name]), "ms")
        return p50


def measure(folders: list[tuple[int, Path]]) -> None:
    """Serve all portals side by side, ask them in turn, print the figures."""
    with ExitStack() as stack:
        sides = [Side(size, folder, stack) for size, folder in folders]
        for side in sides:
            side.check()
            for name in side.pages:
                side.measure(name, WARM_UP)
        for _round in range(ROUNDS):
            for name in sides[0].pages:
                for side in sides:
                    side.note(name)
        for name in sides[0].pages:
            small, large = (side.tell(name) for side in sides)
            say(f"pages.{name}.p50_ratio", large / small, "times")


def main() -> None:
    """Print the figures."""
    print(f"pages.asked_by: {asker()} name", flush=True)
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        measure(list(built(Path(name))))


if __name__ == "__main__":
    main()
