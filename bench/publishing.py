"""Published pages with 10,000 documents, beside the figures recorded of Plone 6.2 Classic.

One process with four threads, asked by eight connections as Plone was (docs/speed.md says how). The
ratios compare what was recorded on a machine of the same kind, not a run side by side.
"""

from __future__ import annotations

import random
import re
import statistics
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import transaction
import webtest

from bench._ground import Place, portal_in, say, settings_in
from bench._load import Load, asker, load
from bench._served import Served, cookie_of, ini_in, served
from cpms_portal.cms.actions.writing import add_item
from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import add_person
from cpms_portal.networks.queries import networks_of
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition

DOCUMENTS, LISTED, EACH_FOLDER = 10_000, 30, 100
ROUNDS, SECONDS, WARM_UP, CONNECTIONS = 3, 4, 2, 8
#: Milliseconds of processor a request of Plone 6.2 Classic takes, recorded.
PLONE_PROCESSOR = {
    "page": 112.0,
    "page_with_bar": 206.0,
    "listing": 324.0,
    "search": 233.0,
    "edit_form": 297.0,
    "save": 72.0,
}
#: Requests a second of Plone 6.2 Classic, recorded; what stands here for what stands there.
PLONE = {
    "page": 9.7,
    "page_kept": 213.0,
    "page_with_bar": 5.3,
    "listing": 3.1,
    "search": 4.5,
    "edit_form": 3.7,
    "save": 13.6,
}
WORDS = (
    "consent",
    "panel",
    "advice",
    "centre",
    "network",
    "patient",
    "record",
    "image",
    "slide",
    "outcome",
    "guide",
    "training",
    "question",
    "answer",
    "access",
    "guest",
    "coordinator",
    "enrol",
    "review",
    "study",
    "opinion",
    "meeting",
    "document",
    "privacy",
    "security",
    "browser",
    "account",
    "phone",
    "factor",
    "language",
    "hospital",
    "expert",
    "disease",
    "liver",
)
POST = """
wrk.method = "POST"
wrk.body = "{body}"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
"""


@dataclass(frozen=True)
class Ground:
    """What is asked: path by name, and who asks where somebody is signed in."""

    paths: dict[str, str]
    cookie: str


def vocabulary() -> tuple[list[str], list[float]]:
    """Return invented words and how often each is used, as in a real language (Zipf)."""
    chance = random.Random(3)
    syllables = [first + second for first in "bcdfglmnprst" for second in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _number in range(8000)]
    return words, [1 / (rank + 2) for rank in range(len(words))]


USED, OFTEN = vocabulary()


@dataclass(frozen=True)
class Measured:
    """A load, and the milliseconds of processor each request took."""

    load: Load
    processor: float


def text_of(chance: random.Random) -> str:
    """Return a text of about 2 kB."""
    paragraphs = (
        " ".join(chance.choices(USED, OFTEN, k=60)).capitalize() + "." for _number in range(5)
    )
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def fill(place: Place) -> None:
    """Publish the documents, in folders of the libraries of all networks."""
    actor, chance = system_actor(place.registry), random.Random(7)
    libraries = [network["library"] for network in networks_of(place.root)]
    left = DOCUMENTS - LISTED
    folder = _folder(place.root["networks"]["rare-liver"]["library"], "Measured", actor)
    _fill(folder, LISTED, chance, actor)
    for number in range(left // EACH_FOLDER + 1):
        size = min(EACH_FOLDER, left - number * EACH_FOLDER)
        _fill(_folder(libraries[number % len(libraries)], f"Shelf {number}", actor), size, chance,
              actor)  # fmt: skip
        transaction.commit()
        place.connection.cacheGC()


def _folder(library: Any, title: str, actor: Any) -> Any:
    folder = add_item(library, "folder", {"title": title, "text": ""}, language="en", actor=actor)
    transition(folder, "publish", actor)
    return folder


def _fill(folder: Any, number: int, chance: random.Random, actor: Any) -> None:
    for count in range(number):
        title = " ".join(chance.sample(WORDS, 4)).capitalize() + f" {count}"
        values = {"title": title, "text": text_of(chance), "tags": (chance.choice(WORDS),)}
        item = add_item(folder, "page", values, language="en", actor=actor)
        transition(item, "publish", actor)


def ground_of(place: Place) -> Ground:
    """Let somebody edit the library measured; return what is asked."""
    actor = system_actor(place.registry)
    editor = add_person(place.root["people"], "Bench Editor", "bench@clinic.invalid", actor=actor)
    network = place.root["networks"]["rare-liver"]
    grant(editor, Role.COORDINATOR, network)
    transaction.commit()
    folder = network["library"]["measured"]
    page = f"/networks/rare-liver/library/measured/{next(iter(folder))}"
    words = quote("guide consent")
    paths = {
        "page": page,
        "page_with_bar": page,
        "listing": "/networks/rare-liver/library/measured",
        "search": f"/library/search?q={words}",
        "edit_form": f"{page}/edit",
    }
    return Ground(paths, cookie_of(place, editor))


def got(address: str, cookie: str = "") -> bytes:
    """Return what an address answers."""
    asked = urllib.request.Request(address, headers={"Cookie": cookie})
    return bytes(urllib.request.urlopen(asked, timeout=60).read())


def weight_of(portal: Served, path: str, cookie: str) -> tuple[int, int]:
    """Return bytes and number of requests of a page with all it brings, decoded."""
    html = got(portal.address + path, cookie)
    text = html.decode()
    found = re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg|woff2)[^"#]*)', text)
    assets = [got(portal.address + one) for one in dict.fromkeys(found)]
    return len(html) + sum(map(len, assets)), 1 + len(assets)


def save_load(portal: Served, path: str, cookie: str, script: Path) -> Load:
    """Save a page by its form, again and again."""
    page = webtest.TestResponse(got(f"{portal.address}{path}/edit", cookie), 200)
    page.content_type, page.charset = "text/html", "utf-8"
    form = page.forms["form"]
    fields = [one for one in form.submit_fields() if isinstance(one[1], str)]
    body = urlencode([(name, "" if name == "based_on" else value) for name, value in fields])
    script.write_text(POST.format(body=body))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    command += ["--timeout", "30s"]
    command += ["-H", f"Cookie: {cookie}", "-H", f"Origin: {portal.address}"]
    command += [f"{portal.address}{path}/edit"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in text, text
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p50 = re.search(r"50%\s+([\d.]+)(us|ms|s)", text)
    assert rate and p50, text
    milliseconds = float(p50[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p50[2]]
    return Load(float(rate[1]), milliseconds, 0.0)


def measure(portal: Served, ground: Ground, script: Path) -> dict[str, list[Measured]]:
    """Ask everything in turn, so that what else the machine does meets all of it."""
    loads: dict[str, list[Measured]] = {name: [] for name in (*ground.paths, "save")}
    for number in range(ROUNDS + 1):
        for name, path in ground.paths.items():
            cookie = "" if name in ("page", "search") else ground.cookie
            seconds = SECONDS if number else WARM_UP
            address = portal.address + path
            ask = partial(load, address, cookie, seconds=seconds, connections=CONNECTIONS)
            found = _with_processor(portal, ask, seconds)
            loads[name] += [found] if number else []
        ask = partial(save_load, portal, ground.paths["page"], ground.cookie, script)
        found = _with_processor(portal, ask, SECONDS)
        loads["save"] += [found] if number else []
    return loads


def _with_processor(portal: Served, ask: Callable[[], Load], seconds: int) -> Measured:
    before = portal.processor_seconds()
    found = ask()
    used = portal.processor_seconds() - before
    return Measured(found, used * 1000 / (found.per_second * seconds))


def tell(loads: dict[str, list[Measured]]) -> None:
    """Print the medians and how many times Plone they are."""
    for name, found in loads.items():
        per_second = statistics.median(one.load.per_second for one in found)
        say(f"publishing.{name}.per_second", per_second, "1/s")
        say(f"publishing.{name}.p50", statistics.median(one.load.p50 for one in found), "ms")
        processor = statistics.median(one.processor for one in found)
        say(f"publishing.{name}.processor", processor, "ms")
        less = PLONE_PROCESSOR[name] / processor
        say(f"publishing.{name}.plone_processor", less, "times less than Plone, recorded")
        say(f"publishing.{name}.plone", per_second / PLONE[name], "times Plone, recorded")
    page = statistics.median(one.load.per_second for one in loads["page"])
    say("publishing.page.plone_kept", page / PLONE["page_kept"], "times Plone with its page cache")


def main() -> None:
    """Print the figures."""
    print(f"publishing.asked_by: {asker()} name", flush=True)
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        folder = Path(name)
        with portal_in(folder) as place:
            fill(place)
            ground = ground_of(place)
            # It followed every transaction: the start need not build it anew.
            store_of(place.registry).be_whole()
        with served(ini_in(folder, settings_in(folder))) as portal:
            say("publishing.start", portal.seconds, "s")
            for page, path in ground.paths.items():
                cookie = "" if page in ("page", "search") else ground.cookie
                size, requests = weight_of(portal, path, cookie)
                say(f"publishing.{page}.weight", size / 1000, "kB")
                say(f"publishing.{page}.requests", requests, "requests")
            tell(measure(portal, ground, folder / "save.lua"))


if __name__ == "__main__":
    main()
