"""Eight clinicians who enrol patients at the same moment, through the form: none sees an error."""

from __future__ import annotations

import http.client
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import transaction
import webtest
from pyramid.traversal import resource_path

from bench._ground import portal_in, say, settings_in
from bench._served import cookie_of, ini_in, served
from cpms_portal.core.actor import system_actor
from cpms_portal.scripts._invented import Filling, centres_of, clinician_of

WRITERS, EACH, CENTRES = 8, 25, 4
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo")


class Writer(threading.Thread):
    """One clinician with a browser: asks for the form, fills it in, sends it."""

    def __init__(self, number: int, address: str, centre: str, cookie: str) -> None:
        super().__init__()
        self.chance = random.Random(number)
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        self.path, self.cookie = f"{centre}enrol", cookie
        self.taken: list[float] = []
        self.refused: list[int] = []

    def word(self) -> str:
        """Return an invented name."""
        return "".join(self.chance.choices(SYLLABLES, k=5)).title()

    def ask(self, method: str, body: str | None = None) -> webtest.TestResponse:
        """Ask for the form, or send it."""
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, self.path, body, headers)
        answer = self.connection.getresponse()
        found = webtest.TestResponse(answer.read(), answer.status)
        found.content_type, found.charset = "text/html", "utf-8"
        return found

    def filled(self) -> str:
        """Return the form as a browser sends it."""
        form = self.ask("GET").forms["form"]
        for name in ("given_name", "family_name", "place_of_birth"):
            form[name] = self.word()
        form["birth_date"] = (
            f"{self.chance.randrange(1, 28)}.04.{self.chance.randrange(1940, 2015)}"
        )
        form["hospital_number"] = str(self.chance.randrange(10**8))
        form["form-shown-sex"] = "female"
        form.set("given", "2020-03-02", index=0)
        return urlencode([field for field in form.submit_fields() if isinstance(field[1], str)])

    def run(self) -> None:
        """Enrol."""
        for _number in range(EACH):
            body = self.filled()
            before = time.perf_counter()
            status = self.ask("POST", body).status_int
            self.taken.append((time.perf_counter() - before) * 1000)
            if status != 303:
                self.refused.append(status)


def clinicians_in(folder: Path) -> tuple[list[str], list[str]]:
    """Bring a portal up; return the paths of its first centres and a session at each."""
    with portal_in(folder) as place:
        centres = centres_of(place.root["networks"]["rare-liver"])[:CENTRES]
        filling = Filling(place.root, system_actor(place.registry), random.Random(1), print)
        people = [clinician_of(centre, filling) for centre in centres]
        transaction.commit()
        cookies = [cookie_of(place, person) for person in people]
        return [f"{resource_path(centre)}/" for centre in centres], cookies


def kept_in(folder: Path) -> int:
    """Return how many patients stand in the first centres."""
    with portal_in(folder) as place:
        centres = centres_of(place.root["networks"]["rare-liver"])[:CENTRES]
        return sum(len(centre["patients"]) for centre in centres)


def all_at_once(writers: list[Writer]) -> float:
    """Let all write; return the seconds until the last has finished."""
    before = time.perf_counter()
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    return time.perf_counter() - before


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        folder = Path(name)
        paths, cookies = clinicians_in(folder)
        with served(ini_in(folder, settings_in(folder))) as portal:
            writers = [
                Writer(number, portal.address, paths[number % CENTRES], cookies[number % CENTRES])
                for number in range(WRITERS)
            ]
            seconds = all_at_once(writers)
        kept = kept_in(folder)
    taken = [one for writer in writers for one in writer.taken]
    refused = sum(len(one.refused) for one in writers)
    say("writers.at_once", WRITERS, "writers")
    say("writers.refused", refused, f"of {WRITERS * EACH} forms")
    say("writers.kept", kept, "patients")
    say("writers.per_second", len(taken) / seconds, "1/s")
    say("writers.p50", statistics.median(taken), "ms")
    say("writers.slowest", max(taken), "ms")


if __name__ == "__main__":
    main()
