"""The viewer as a reader meets it: colours of every kind of picture, its bar, keys and fingers."""

from __future__ import annotations

import re

import pytest
import transaction
from playwright.sync_api import Page, expect
from pyramid.traversal import resource_path

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.views.studies import MODULES
from cpms_portal.scripts.viewer import bundle_folder
from tests.browser.chromium import violations
from tests.factories.dicom import StudyPlan, study_files
from tests.factories.patients import patient_of
from tests.factories.pictures import RATE, SEEN, pictures
from tests.imaging.seeing import opened_by, press, shown, stage_of

pytestmark = pytest.mark.storages("filestorage")  # what a browser draws is the same on both

#: Counts how often the page itself asks for WebGL before it has drawn.
ASKED = """window.asked = 0;
const ask = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  if (/webgl/.test(kind)) window.asked += 1;
  return ask.call(this, kind, ...rest);
};"""
COLOUR = """([x, y]) => {
  const canvas = document.querySelector(".viewer-image canvas");
  const one = new OffscreenCanvas(1, 1).getContext("2d");
  one.drawImage(canvas, canvas.width * x, canvas.height * y, 1, 1, 0, 0, 1, 1);
  return [...one.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


@pytest.fixture
def look(chromium, served, root, registry, browser_of):
    """Store a study and open it; nothing may go wrong in the page but what is expected."""
    opened = []

    def open_(files, expected="nothing", script="", **options) -> Page:
        receipt = receive_study(patient_of(root), list(files), system_actor(registry))
        transaction.commit()
        study = patient_of(root)["studies"][receipt.studies[0]]
        page, wrong = opened_by(chromium, browser_of("rareliverhpuser1"), served, **options)
        if script:
            page.add_init_script(script)
        opened.append((wrong, expected))
        page.goto(served + resource_path(study) + "/")
        return page

    yield open_
    for wrong, expected in opened:
        assert [one for one in wrong if expected not in one] == []


def seen(page: Page, colours: tuple) -> bool:
    """Wait until the left and the right of the first image have these colours, or give up."""
    for _ in range(50):
        found = [page.evaluate(COLOUR, [x, 0.5]) for x in (0.3, 0.7)]
        pairs = [
            pair for one in zip(found, colours, strict=True) for pair in zip(*one, strict=True)
        ]
        if all(abs(is_ - should) < 14 for is_, should in pairs):
            return True
        page.wait_for_timeout(100)
    return False


def test_every_kind_of_picture_has_its_colours_and_a_clip_its_speed(look):
    page = look(pictures(StudyPlan(uid_seed="pictures of every kind")))
    series = page.locator("[data-series]")
    expect(series).to_have_count(len(SEEN))
    for number, (kind, colours) in enumerate(SEEN.items()):
        series.nth(number).click()
        expect(series.nth(number)).to_have_attribute("aria-pressed", "true")
        assert seen(page, colours), kind
        window = page.locator('.viewer-cell [data-corner="window"]')
        grey = kind in ("monochrome1", "signed")
        expect(window).to_have_text(re.compile("^C .* W ") if grey else "")
    assert page.locator("[data-speed]").evaluate("one => one.value") == str(RATE)


def test_the_first_image_waits_neither_for_webgl_nor_for_a_chain_of_scripts(look):
    page = look(study_files(StudyPlan(uid_seed="first", series=1)), script=ASKED)
    shown(page, 3)
    assert page.evaluate("window.asked") == 0
    ahead = page.locator('link[rel="modulepreload"]').evaluate_all(
        "all => all.map((one) => one.href)"
    )
    assert [one.partition("/imaging/")[2].partition("/")[2] for one in ahead] == list(MODULES)
    # What was asked for ahead is what is used: nothing comes twice.
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    first = [one for one in fetched if "instance=2&frame=0" in one and "/frame?" in one]
    assert len(first) == len([one for one in fetched if one.endswith("/metadata")]) == 1


def test_every_script_another_one_needs_is_asked_for_ahead():
    folder = bundle_folder().parent
    named = re.compile(r'(?:from|import\()\s*"(\./[^"]+|\.\./[^"]+)"')
    later = {"viewer.js"}  # only when the full viewer cannot start
    for name in MODULES:
        if name.startswith("cornerstone/"):
            continue
        text = (folder / name).read_text(encoding="utf-8")
        for other in named.findall(text):
            path = ((folder / name).parent / other).resolve().relative_to(folder.resolve())
            assert str(path) in {*MODULES, *later}, (name, other)


def test_an_image_that_cannot_be_had_is_said_and_the_next_one_is_there(look):
    page = look(study_files(StudyPlan(uid_seed="gap", series=1)), "500", script="")
    shown(page, 3)
    page.context.route("**/frame?*instance=0*", lambda route: route.fulfill(status=500))
    page.reload()
    shown(page, 3)
    said = page.locator("[data-cell-message]")
    expect(said).to_be_hidden()
    page.locator("[data-grid]").focus()
    page.keyboard.press("Home")
    expect(said).to_have_text("This image cannot be shown here.")
    page.keyboard.press("ArrowDown")
    shown(page, 2)
    expect(said).to_be_hidden()


def test_the_bar_is_one_row_and_every_tool_is_reached_by_the_keyboard(look):
    page = look(study_files(StudyPlan(uid_seed="bar", series=1)))
    shown(page, 3)
    bar = page.locator("[data-full-tools]")
    assert bar.bounding_box()["height"] < 65
    measure = page.locator("[data-menu-name]")
    measure.focus()
    page.keyboard.press("Enter")
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(measure).to_have_text("Angle")
    expect(measure).to_be_focused()
    expect(page.locator('[data-full-tool="angle"]')).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("[data-menu][open]")).to_have_count(0)
    press(page, '[data-full-do="rotate"]')
    expect(page.locator("[data-menu][open]")).to_have_count(0)


def test_fingers_go_through_the_images_and_enlarge_them_on_a_phone(look):
    page = look(
        study_files(StudyPlan(uid_seed="fingers", series=1, slices=24)),
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    shown(page, 13)
    x, y, _ = stage_of(page)
    touches = page.context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": at[0], "y": at[1], "id": id_} for id_, at in enumerate(places)]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (x, y + 60))
    for step in range(1, 8):
        fingers("touchMove", (x, y + 60 - 15 * step))
    fingers("touchEnd")
    expect(page.locator(".viewer-cell")).not_to_have_attribute("data-shown", "13")
    zoom = page.locator('.viewer-cell [data-corner="zoom"]')
    expect(zoom).to_have_text("100 %")
    fingers("touchStart", (x - 30, y), (x + 30, y))
    for step in range(1, 8):
        fingers("touchMove", (x - 30 - 8 * step, y), (x + 30 + 8 * step, y))
    fingers("touchEnd")
    expect(zoom).not_to_have_text("100 %")
    assert int(zoom.inner_text().split()[0]) > 120
    assert page.evaluate("visualViewport.scale") == 1
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
