"""What ``publishing`` asks in turn, of this portal and of a Plone, and how the two are compared.

CPMS_BENCH_PEER: the address of a site of Plone made by _plone_site.py, CPMS_BENCH_PEER_PID the
number of its process; CPMS_BENCH_PEER_KEPT and CPMS_BENCH_PEER_KEPT_PID: a copy of it with its own
page cache on, served by another process.
"""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench._answers import save
from bench._ground import say
from bench._load import Load, by_wrk
from bench._served import Served

ROUNDS, SECONDS, WARM_UP, CONNECTIONS, PATIENCE = 3, 3, 2, 8, 3
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
PEER, KEPT = "peer", "peer_page_cache"
#: Who edits there, made by _plone_site.py.
PLONE_EDITOR = "Authorization: Basic YmVuY2gtZWRpdG9yOmJlbmNoLVBhNTV3b3Jk"
#: Two of its invented words that stand together in 1 % of its documents, as ours do here.
PLONE_WORDS = "lomise%20gibiga"


@dataclass(frozen=True)
class Asking:
    """One request that is measured. script: what ``wrk`` asks, written before each round.

    patience: how many times as long it is asked, where an answer may take seconds. may_fail: some
    answers may be errors, as when two saves meet, and are not counted.
    """

    name: str
    address: str
    headers: list[str]
    script: Callable[[], str] | None = None
    patience: int = 1
    may_fail: bool = False


@dataclass(frozen=True)
class Measured:
    """A load, and the milliseconds of processor each request took."""

    load: Load
    processor: float


Places = list[tuple[Callable[[], float], list[Asking]]]


def measure(places: Places, script: Path) -> dict[str, list[Measured]]:
    """Ask everything in turn, so that what else the machine does meets all of it.

    places: who answers, as its processor seconds so far, and what is asked there.
    """
    loads: dict[str, list[Measured]] = {}
    for number in range(ROUNDS + 1):
        for processor, asked in places:
            for one in asked:
                seconds = (SECONDS if number else WARM_UP) * one.patience
                found = _measured(one, processor, seconds, script)
                say(f"publishing.round_{number}.{one.name}", found.load.per_second, "1/s")
                loads.setdefault(one.name, []).extend([found] if number else [])
    return loads


def _measured(one: Asking, processor: Callable[[], float], seconds: int, script: Path) -> Measured:
    if one.script is not None:
        script.write_text(one.script(), encoding="utf-8")
    path, before = "" if one.script is None else str(script), processor()
    found = by_wrk(
        one.address,
        one.headers,
        seconds=seconds,
        connections=CONNECTIONS,
        script=path,
        may_fail=one.may_fail,
    )
    answers = found.per_second * seconds
    used = (processor() - before) * 1000
    return Measured(found, used / answers if answers else math.inf)


def rate_of(found: list[Measured]) -> float:
    """Return the median of requests a second."""
    return statistics.median(one.load.per_second for one in found)


def processor_of(found: list[Measured]) -> float:
    """Return the median of milliseconds of processor a request."""
    return statistics.median(one.processor for one in found)


def peers() -> Places:
    """Return the sites of Plone to measure in turn, where there are any."""
    found = []
    for variable, name in (("CPMS_BENCH_PEER", PEER), ("CPMS_BENCH_PEER_KEPT", KEPT)):
        address = os.environ.get(variable, "")
        if address:
            process = Served(address, 0.0, int(os.environ[f"{variable}_PID"]))
            found.append((process.processor_seconds, _asked_there(address, name)))
    return found


def _asked_there(address: str, name: str) -> list[Asking]:
    signed_in, page = [PLONE_EDITOR], f"{address}/measured/page-0"
    pages: list[tuple[str, str, list[str]]] = [
        ("page", page, []),
        ("page_with_bar", page, signed_in),
        ("listing", f"{address}/measured", signed_in),
        ("search", f"{address}/@@search?SearchableText={PLONE_WORDS}", signed_in),
        ("search_anonymous", f"{address}/@@search?SearchableText={PLONE_WORDS}", []),
        ("edit_form", f"{page}/edit", signed_in),
    ]
    found = [
        Asking(f"{name}.{one}", url, headers, patience=PATIENCE) for one, url, headers in pages
    ]
    edit = f"{address}/measured/page-1/edit"
    sends = partial(save, edit, PLONE_EDITOR, "form.buttons.save")
    return [*found, Asking(f"{name}.save", edit, signed_in, sends, PATIENCE, True)]


def tell(loads: dict[str, list[Measured]]) -> None:
    """Print the medians and how many times Plone they are: recorded, and measured where it is."""
    for name, found in loads.items():
        per_second, processor = rate_of(found), processor_of(found)
        say(f"publishing.{name}.per_second", per_second, "1/s")
        say(f"publishing.{name}.p50", statistics.median(one.load.p50 for one in found), "ms")
        say(f"publishing.{name}.processor", processor, "ms")
        like = name.removesuffix("_anew")
        if like in PLONE_PROCESSOR:
            less = PLONE_PROCESSOR[like] / processor
            say(f"publishing.{name}.plone_processor", less, "times less than Plone, recorded")
            say(f"publishing.{name}.plone", per_second / PLONE[like], "times Plone, recorded")
        for peer in (PEER, KEPT):
            there = loads.get(f"{peer}.{like}")
            # On a machine that is too busy nothing may have been answered at all.
            if there and rate_of(there):
                less = processor_of(there) / processor
                say(f"publishing.{name}.{peer}_processor", less, "times less than Plone, here")
                say(f"publishing.{name}.{peer}", per_second / rate_of(there), "times Plone, here")
    kept = rate_of(loads["page"]) / PLONE["page_kept"]
    say("publishing.page.plone_kept", kept, "times Plone with its page cache, recorded")
    print("\n".join(side_by_side(loads)), flush=True)


def side_by_side(loads: dict[str, list[Measured]]) -> list[str]:
    """Return a table: each page again and anew beside Plone recorded, here, and with its cache."""
    there = [one for one in (PEER, KEPT) if f"{one}.page" in loads]
    heads = ["requests a second", "again", "anew", "plone, recorded", *there]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name in [one for one in loads if "." not in one and not one.endswith("_anew")]:
        peer = loads.get(f"{PEER}.{name}")
        plone = rate_of(peer) if peer else PLONE.get(name, 0)
        cells = [_cell(loads.get(one), plone) for one in (name, f"{name}_anew")]
        cells += [str(PLONE.get(name, ""))]
        cells += [_cell(loads.get(f"{one}.{name}"), 0) for one in there]
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return lines


def _cell(found: list[Measured] | None, plone: float) -> str:
    """Return requests a second, processor of each, and how many times Plone that is."""
    if found is None:
        return ""
    said = f"{rate_of(found):.1f} ({processor_of(found):.2f} ms)"
    return f"{said} {rate_of(found) / plone:.1f}x" if plone else said
