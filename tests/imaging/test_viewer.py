"""The plain viewer, when the full one cannot start: a folder is sliced and measured too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pyramid.traversal import resource_path

from cpms_portal.patients.resources import Patient
from tests.browser.chromium import close_windows, window_of
from tests.factories.dicom import StudyPlan, study_files

NOT_THERE = "404"


@pytest.fixture
def page(chromium, served, browser_of):
    """A page of a clinician, 1280 pixels wide; what goes wrong in it fails the test."""
    wrong: list[str] = []
    opened = window_of(chromium, served, browser_of("rareliverhpuser1")).new_page()
    opened.route("**/cornerstone.js", lambda route: route.fulfill(status=404))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda said: (
            wrong.append(said.text) if said.type == "error" and NOT_THERE not in said.text else None
        ),
    )
    yield opened
    close_windows(chromium)
    assert wrong == []


@pytest.fixture
def disc(tmp_path) -> Path:
    """A folder as a hospital writes it, with the name of a person in its paths."""
    for name, content in study_files(StudyPlan(series=2, slices=12, size=64, uid_seed="browser")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def shown(page: Page, number: int) -> None:
    """Wait until an image is drawn."""
    page.wait_for_selector(f'.viewer-stage[data-shown="{number}"]', timeout=20_000)


def test_a_folder_when_dropped_in_the_browser_then_can_be_sliced_windowed_and_measured(
    page, disc, root, served
) -> None:
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    patient = next(node for node in patients.values() if isinstance(node, Patient))
    page.goto(f"{served}{resource_path(patient)}/add-study")
    page.set_input_files("input[webkitdirectory]", str(disc))
    page.wait_for_selector("[data-done]", timeout=60_000)
    assert "24 images in 2 series stored." in page.inner_text("[data-progress]")
    page.click("text=Look at the images")
    shown(page, 7)
    stage = page.locator(".viewer-stage")
    stage.focus()
    page.keyboard.press("ArrowDown")
    shown(page, 8)
    page.keyboard.press("End")
    shown(page, 12)
    page.mouse.move(*_middle(stage))
    page.mouse.wheel(0, -100)
    shown(page, 11)
    page.select_option("[data-preset]", "-600,1500")
    expect(page.locator("[data-corner=window]")).to_contain_text("C -600")
    page.keyboard.press("Home")
    page.select_option("[data-preset]", "")
    _measure(page, stage)
    page.click("text=Lung 1.0 B60f")
    shown(page, 7)


def _middle(stage) -> tuple[float, float]:
    box = stage.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _measure(page: Page, stage) -> None:
    """Draw half the height of the image: 240 mm are shown from edge to edge, so it is 120."""
    stage.scroll_into_view_if_needed()
    page.click('[data-tool="measure"]')
    x, y = _middle(stage)
    height = stage.bounding_box()["height"]
    page.evaluate(
        """() => { const draw = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (words, ...rest) {
          window.lastWords = words; return draw.call(this, words, ...rest); }; }"""
    )
    page.mouse.move(x, y - height / 4)
    page.mouse.down()
    page.mouse.move(x, y + height / 4, steps=4)
    page.mouse.up()
    # Asked from outside: the page's own policy lets nothing be evaluated in it.
    for _ in range(50):
        if page.evaluate("window.lastWords") == "120.0 mm":
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate("window.lastWords"))
