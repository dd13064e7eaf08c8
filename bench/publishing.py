"""Published pages with 10,000 documents, beside the figures recorded of Plone 6.2 Classic.

One process with four threads, asked by eight connections as Plone was. ``page`` and the like ask
for one document again and again, as it was done with Plone; ``page_anew`` and the like for another
one each time, which no memory helps. Ratios compare with what was recorded on a machine of the same
kind, and with a Plone of today where CPMS_BENCH_PEER names one (see _peers.py).
"""

from __future__ import annotations

import random
import re
import tempfile
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import transaction
from pyramid.traversal import resource_path

from bench._answers import got, save
from bench._ground import Place, portal_in, say, settings_in
from bench._peers import Asking, measure, peers, tell
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
QUESTIONS = [
    f"/library/search?q={one}%20{other}" for one in WORDS for other in WORDS if one != other
]
#: Asks for another document each time, under an address nobody asked for before.
OTHERS = """
local paths, asked = {{{paths}}}, {begin}
request = function()
  asked = asked + 1
  return wrk.format("GET", paths[asked % #paths + 1] .. "{rest}asked=" .. asked)
end
"""
#: What is asked of documents and questions nobody asked for before: name → what follows them.
ANEW = {
    "page": "?",
    "page_with_bar": "?",
    "listing": "?",
    "edit_form": "/edit?",
    "search": "&",
    "search_anonymous": "&",
}
#: Asked by somebody who is not signed in.
ANONYMOUS = ("page", "search_anonymous")


@dataclass(frozen=True)
class Ground:
    """What is asked: path by name, who asks where somebody is signed in, other documents."""

    paths: dict[str, str]
    cookie: str
    others: list[str]


def vocabulary() -> tuple[list[str], list[float]]:
    """Return invented words and how often each is used, as in a real language (Zipf)."""
    chance = random.Random(3)
    syllables = [first + second for first in "bcdfglmnprst" for second in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _number in range(8000)]
    return words, [1 / (rank + 2) for rank in range(len(words))]


USED, OFTEN = vocabulary()


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
    for number_there in range(number):
        title = " ".join(chance.sample(WORDS, 4)).capitalize() + f" {number_there}"
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
        "search_anonymous": f"/library/search?q={words}",
        "edit_form": f"{page}/edit",
    }
    shelves = [one for name, one in network["library"].items() if name.startswith("shelf-")]
    others = [resource_path(page) for shelf in shelves for page in shelf.values()]
    return Ground(paths, cookie_of(place, editor), others)


def weight_of(portal: Served, path: str, cookie: str) -> tuple[int, int, int]:
    """Return bytes decoded, bytes as sent, and number of requests of a page with all it brings."""
    answers = [got(portal.address + path, cookie and f"Cookie: {cookie}")]
    text = answers[0][0].decode()
    found = re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg|woff2)[^"#]*)', text)
    answers += [got(portal.address + one) for one in dict.fromkeys(found)]
    return sum(len(one) for one, _sent in answers), sum(one for _, one in answers), len(answers)


def askings(portal: Served, ground: Ground) -> list[Asking]:
    """Return everything that is measured of the portal."""
    cookie, numbers = f"Cookie: {ground.cookie}", count(0, 1_000_000)

    def others(name: str, rest: str) -> str:
        kinds = {
            "search": QUESTIONS,
            "search_anonymous": QUESTIONS,
            "listing": [ground.paths["listing"]],
        }
        asked = kinds.get(name, ground.others)
        paths = ", ".join(f'"{one}"' for one in asked)
        return OTHERS.format(paths=paths, rest=rest, begin=next(numbers))

    found = []
    for name, path in ground.paths.items():
        headers = [] if name in ANONYMOUS else [cookie]
        found.append(Asking(name, portal.address + path, headers))
        if name in ANEW:
            script = partial(others, name, ANEW[name])
            found.append(Asking(f"{name}_anew", portal.address, headers, script))
    edit = f"{portal.address}{ground.paths['edit_form']}"
    sends = partial(save, edit, cookie)
    return [*found, Asking("save", edit, [cookie, f"Origin: {portal.address}"], sends)]


def main() -> None:
    """Print the figures."""
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
                cookie = "" if page in ANONYMOUS else ground.cookie
                decoded, sent, requests = weight_of(portal, path, cookie)
                say(f"publishing.{page}.weight", decoded / 1000, "kB decoded")
                say(f"publishing.{page}.sent", sent / 1000, "kB as sent")
                say(f"publishing.{page}.requests", requests, "requests")
            ours = (portal.processor_seconds, askings(portal, ground))
            tell(measure([ours, *peers()], folder / "asks.lua"))


if __name__ == "__main__":
    main()
