"""The radiology viewer in headless Chromium, 500 slices: the first image, and images a second.

Drawn by software, once with WebGL as SwiftShader makes it and once without: a machine with a
graphics processor is faster than both. The browser and the portal share the processors.
"""

from __future__ import annotations

import io
import tempfile
import time
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import transaction
from playwright.sync_api import Browser, sync_playwright
from pyramid.traversal import resource_path

from bench._browser import chromium_path, context_of, marks_of
from bench._ground import portal_in, say, settings_in
from bench._served import cookie_of, ini_in, served
from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import finish_receiving, start_receiving
from cpms_portal.imaging.ingest.invented import InventedSeries, InventedStudy, invented_files
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.ingest.workers import workers
from cpms_portal.patients.resources import Patient
from cpms_portal.storage.uploads import spool
from tests.browser.chromium import FLAGS as WITHOUT_WEBGL
from tests.browser.chromium import WITH_WEBGL

SLICES, SIZE = 500, 512
WARM, SECONDS, ASKED = 3, 6, 60
#: Milliseconds from asking for the page to the painted picture, and until every tool is there.
FIRST, DRAWN, READY = "first-image", "first-drawn", "viewer-ready"
SCROLL = """async ([seconds, asked]) => {
  const seen = new Set();
  const stage = document.querySelector(".viewer.is-full [data-grid]")
    ?? document.querySelector(".viewer-stage");
  const image = stage.querySelector(".viewer-cell") ?? stage;
  let drawn = 0;
  const watch = new MutationObserver(() => { drawn += 1; seen.add(image.dataset.shown); });
  watch.observe(image, { attributes: true, attributeFilter: ["data-shown"] });
  const before = performance.now();
  const press = (key) => stage.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const timer = setInterval(() => press("ArrowDown"), 1000 / asked);
  await new Promise((done) => setTimeout(done, seconds * 1000));
  clearInterval(timer);
  watch.disconnect();
  return drawn / ((performance.now() - before) / 1000);
}"""


def _stored(folder: Path) -> tuple[str, str]:
    """Store a CT of 500 slices; return the cookie of a clinician and the path of the study."""
    series = (InventedSeries("Venous", SLICES, SIZE),)
    files = invented_files(InventedStudy(1, date(2026, 1, 1), series=series))
    upload = b"".join(bundled(files))
    with portal_in(folder, "training") as place:
        centre = place.root["networks"]["rare-liver"]["germany"]["de40"]
        patient = next(one for one in centre["patients"].values() if isinstance(one, Patient))
        actor, here = system_actor(place.registry), spool(place.registry)
        started = here.start(0, "bench", len(upload))
        here.append(started.upload_id, 0, 0, io.BytesIO(upload))
        outcome = start_receiving(patient, started.upload_id, actor).result()
        receipt = finish_receiving(patient, started.upload_id, outcome, actor)
        transaction.commit()
        workers(place.registry).close()
        path = resource_path(patient["studies"][receipt.studies[0]]) + "/"
        return cookie_of(place, place.root["people"].person_of_login("rareliverhpuser1")), path


def _seen(browser: Browser, address: str, cookie: str, name: str) -> None:
    """Open the study with an empty cache and then again, and go through its slices."""
    context = context_of(browser, address, cookie)
    # The server has answered somebody before; it is the browser that is cold.
    context.request.get(address).body()
    page = context.new_page()
    for round_ in range(WARM + 1):
        page.goto(address, wait_until="commit")
        marks = marks_of(page, READY)
        when = "cold" if not round_ else f"warm_{round_}"
        # The picture is painted before the viewer is awake; where it is not, what the viewer drew.
        marks[FIRST] = min(marks.get(FIRST, marks[DRAWN]), marks[DRAWN])
        for mark in (FIRST, DRAWN, READY):
            say(f"viewer.{name}.{mark.replace('-', '_')}.{when}", marks[mark], "ms")
    for way in ("through_new", "through_kept"):
        page.wait_for_timeout(500)
        page.keyboard.press("Home")
        say(f"viewer.{name}.scroll_{way}", page.evaluate(SCROLL, [SECONDS, ASKED]), "images/s")
        page.locator("[data-grid]:visible, .viewer-stage:visible").first.focus()
        page.keyboard.press("Home")
    context.close()


def main() -> None:
    """Print the figures."""
    path = chromium_path()
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        folder = Path(name)
        before = time.perf_counter()
        cookie, study = _stored(folder)
        say("viewer.study_stored", time.perf_counter() - before, "s")
        ini = ini_in(folder, settings_in(folder, "training"))
        with served(ini) as portal, sync_playwright() as playwright:
            parts = urlsplit(portal.address)
            for way, flags in (("webgl", WITH_WEBGL), ("plain", WITHOUT_WEBGL)):
                browser = playwright.chromium.launch(executable_path=path, args=flags)
                _seen(browser, f"http://{parts.netloc}{study}", cookie, way)
                browser.close()


if __name__ == "__main__":
    main()
