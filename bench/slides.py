"""Whole slides: megabytes a second into the store, a tile and the first view out of it.

The first view is also that of a person: headless Chromium, drawn by arithmetic, beside the server
on the same processors; medians of some rounds.
"""

from __future__ import annotations

import http.client
import io
import statistics
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy
import openslide
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from pyramid.traversal import resource_path

from bench._browser import chromium_path, context_of, marks_of
from bench._ground import median_ms, portal_in, say, settings_in
from bench._imaging import patient_in, received
from bench._served import cookie_of, ini_in, served
from cpms_portal.imaging.ingest.workers import workers
from cpms_portal.imaging.queries import pyramid_of, slide_file, tile_of
from cpms_portal.imaging.slides.decoding import as_jpeg
from tests.browser.chromium import FLAGS
from tests.factories.slides import LONG, SHORT, UNDEFINED, Page, jpeg, split_jpeg, tiff

SIDE = 20_480
TILE = 256
MANY = 60
ROUNDS = 5
#: Marks of the page: something of the slide is seen; all tiles of the first view are drawn.
SEEN, DRAWN = "slide-seen", "slide-drawn"


def _tiles() -> tuple[bytes, list[bytes]]:
    """Return the tables and some invented tiles, which are laid again and again."""
    chance = numpy.random.default_rng(1)
    found, tables = [], b""
    for _ in range(MANY):
        small = chance.integers(120, 250, (TILE // 4, TILE // 4, 3), dtype="u1")
        picture = Image.fromarray(small).resize((TILE, TILE), Image.Resampling.BICUBIC)
        tables, short = split_jpeg(jpeg(picture, subsampling="4:2:0"))
        found.append(short)
    return tables, found


def invented_slide() -> bytes:
    """Return a slide of 20,480 × 20,480 pixels with levels a quarter as wide each."""
    tables, tiles = _tiles()
    pages = []
    for side in (SIDE, SIDE // 4, SIDE // 16):
        count = (side // TILE) ** 2
        tags = {
            254: (LONG, int(side < SIDE)), 256: (LONG, side), 257: (LONG, side),
            258: (SHORT, [8, 8, 8]), 259: (SHORT, 7), 262: (SHORT, 6), 277: (SHORT, 3),
            284: (SHORT, 1), 322: (LONG, TILE), 323: (LONG, TILE), 347: (UNDEFINED, tables),
        }  # fmt: skip
        pages.append(Page(tags, [tiles[number % MANY] for number in range(count)]))
    return tiff(pages, big=True)


def _first_view(registry: Any, slide: Any) -> None:
    """Fetch what a window of 1280 × 800 shows first: the levels, and the tiles of one of them."""
    levels = pyramid_of(registry, slide).levels
    shown = next(one for one in reversed(levels) if one.width >= 800 or one is levels[0])
    for number in range(shown.columns * shown.rows):
        as_jpeg(tile_of(registry, slide, shown, number), shown)


def _of_openslide(place: Any, slide: Any) -> float:
    """Return how long OpenSlide takes for a tile of the same slide as JPEG, in milliseconds."""
    path = place.folder / "open.tif"
    with path.open("wb") as out:
        out.writelines(slide_file(place.registry, slide))
    opened = openslide.OpenSlide(str(path))
    at = iter(range(10_000))

    def one() -> None:
        number = next(at)
        found = opened.read_region((number * TILE, 7 * TILE), 0, (TILE, TILE))
        found.convert("RGB").save(io.BytesIO(), "JPEG")

    return median_ms(one, 50)


def _over_http(address: str, cookie: str, tiles: str) -> None:
    """Ask the served portal for tiles, one after the other, as a clinician who is signed in."""
    numbers = iter(range(0, 6400, 29))
    connection = http.client.HTTPConnection(urlsplit(address).netloc)

    def one() -> None:
        connection.request("GET", f"{tiles}/0/{next(numbers)}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        answer.read()

    one()
    say("slides.tile_over_http", median_ms(one, 200), "ms")


def _in_browser(browser: Browser, address: str, cookie: str) -> None:
    """Open the slide with an empty cache and then again: from its address to its first tiles."""
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        context = context_of(browser, address, cookie)
        # The server has answered somebody before; it is the browser that is cold.
        context.request.get(address).body()
        page = context.new_page()
        for when in ("cold", "warm"):
            page.goto(address, wait_until="commit")
            marks = marks_of(page, DRAWN)
            for mark in (SEEN, DRAWN):
                name = f"slides.browser.{mark.removeprefix('slide-')}.{when}"
                found.setdefault(name, []).append(marks[mark])
        context.close()
    for name, values in found.items():
        say(name, statistics.median(values), "ms")


def _as_served(folder: Path, cookie: str, slide: str, version: str) -> None:
    """Measure a stored slide through the served portal: tiles, and the viewer in Chromium."""
    ini = ini_in(folder, settings_in(folder, "training"))
    with served(ini) as portal:
        _over_http(portal.address, cookie, f"{slide}tile/{version}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            _in_browser(browser, portal.address + slide, cookie)
            browser.close()


def _stored(folder: Path) -> tuple[str, str, str]:
    """Store a slide and measure; return the cookie of a clinician, its path and its version."""
    content = invented_slide()
    megabytes = len(content) / 1e6
    say("slides.size", megabytes, "MB")
    with portal_in(folder, "training") as place:
        patient = patient_in(place)
        done = received(place, patient, content)
        assert done.receipt.stored == 1, done.receipt.lines
        say("slides.ingest", megabytes / done.seconds, "MB/s")
        say("slides.after_arrival", megabytes / done.after_arrival, "MB/s")
        say("slides.worker_peak_memory", done.peak, "MB")
        say("slides.storage_overhead", (done.stored / len(content) - 1) * 100, "%")
        workers(place.registry).close()
        slide = patient["studies"][done.receipt.slides[0]]
        level = pyramid_of(place.registry, slide).levels[0]
        numbers = iter(range(0, level.columns * level.rows, 37))
        tile = median_ms(
            lambda: as_jpeg(tile_of(place.registry, slide, level, next(numbers)), level), 100
        )
        say("slides.tile", tile, "ms")
        say("slides.first_view", median_ms(lambda: _first_view(place.registry, slide), 5), "ms")
        say("slides.openslide_tile", _of_openslide(place, slide), "ms")
        cookie = cookie_of(place, place.root["people"].person_of_login("rareliverhpuser1"))
        return cookie, f"{resource_path(slide)}/", slide.version


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        _as_served(Path(name), *_stored(Path(name)))


if __name__ == "__main__":
    main()
