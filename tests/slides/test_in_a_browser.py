"""The slide viewer in a real browser: seen, zoomed, measured by its scale, side by side."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

import numpy
import pytest
import transaction
from PIL import Image
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from tests.browser.chromium import violations
from tests.factories.slides import RATIONAL, SHORT, aperio, hamamatsu, level_page, tiff
from tests.slides.conftest import at, opened

VENDOR = Path(__file__).parents[2] / "cpms_portal/imaging/static/vendor/openseadragon"
#: The pages are the same on both storages; what they ask for is tested on both.
pytestmark = pytest.mark.storages("filestorage")


@pytest.fixture
def slides(root, registry, patient):
    """The addresses of two slides, larger than a screen: 0.499 and 0.4545 µm a pixel."""
    found = []
    for content in (aperio([], width=3000, height=2200, seed=31), hamamatsu([], seed=32)):
        receipt = receive_study(patient, [("a", content)], system_actor(registry))
        found += receipt.studies
    place = resource_path(patient)
    transaction.commit()
    return [f"{place}/studies/{name}" for name in found]


def test_a_slide_when_opened_then_is_seen_and_its_scale_bar_is_true(page, served, slides) -> None:
    opened(page, served + slides[0])
    _, _, ratio, _ = at(page)
    line = page.locator(".slide-scale-line").bounding_box()["width"]
    said = float(page.inner_text(".slide-scale").split()[0])
    # 0.499 µm is what a pixel of this slide measures.
    assert line * 0.499 / ratio == pytest.approx(said, rel=0.02)
    expect(page.locator("[data-status]")).to_have_text(f"Scale: {said:g} µm")
    page.click("[data-magnifications] >> text=20×")
    assert at(page)[2] == pytest.approx(1, rel=0.01)


@pytest.fixture
def ruled(root, registry, patient):
    """The address of a slide with two black lines, 1,000 pixels of 0.25 µm apart."""
    image = Image.new("RGB", (2048, 1536), "white")
    for left in (400, 1400):
        image.paste("black", (left, 0, left + 12, 1536))
    fine = {"t282": (RATIONAL, (40000, 1)), "t283": (RATIONAL, (40000, 1)), "t296": (SHORT, 3)}
    content = tiff([level_page(image, **fine)])
    receipt = receive_study(patient, [("a", content)], system_actor(registry))
    place = resource_path(patient)
    transaction.commit()
    return f"{place}/studies/{receipt.studies[0]}"


def apart(page) -> float:
    """Return how many pixels of the screen lie between the two lines that are seen."""
    stage = page.locator(".slide-stage").bounding_box()
    # A strip below the overview and above the scale bar, as the screen shows it.
    strip = {**stage, "y": stage["y"] + stage["height"] * 0.6, "height": 4}
    seen = numpy.asarray(Image.open(io.BytesIO(page.screenshot(clip=strip))).convert("L"))
    dark = numpy.flatnonzero(seen[2] < 100)
    first, second = numpy.split(dark, numpy.flatnonzero(numpy.diff(dark) > 50) + 1)
    return float(second.mean() - first.mean())


def test_a_known_distance_when_held_against_the_scale_bar_then_is_what_the_bar_says(
    page, served, ruled
) -> None:
    opened(page, served + ruled)
    for key in ("", "+"):
        page.locator(".openseadragon-canvas").first.focus()
        if key:
            page.keyboard.press(key)
        at(page)
        line = page.locator(".slide-scale-line").bounding_box()["width"]
        said = float(page.inner_text(".slide-scale").split()[0])
        assert apart(page) * said / line == pytest.approx(250, rel=0.02)


def test_the_overview_when_clicked_then_leads_there(page, served, slides) -> None:
    opened(page, served + slides[0])
    page.locator(".openseadragon-canvas").first.focus()
    for _ in range(4):
        page.keyboard.press("+")
    before = at(page)
    box = page.locator(".navigator").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.75)
    after = at(page)
    assert after[:2] == pytest.approx((3000 * 0.75, 2200 * 0.75), abs=80)
    assert after[2:] == pytest.approx(before[2:], rel=0.01)


def test_a_place_when_its_link_is_opened_then_is_the_same_place(page, served, slides) -> None:
    opened(page, served + slides[0])
    page.locator(".openseadragon-canvas").first.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.click("[data-do=right]")
    before = at(page)
    page.click("[data-do=link]")
    link = page.evaluate("location.href")
    assert "#at=" in link
    page.goto("about:blank")
    opened(page, link)
    assert at(page) == pytest.approx(before, rel=0.01)
    assert before[3] % 360 == 90


def comes(page, there: str) -> None:
    """Wait until two panes are where they should be: x, ratio, and x2, ratio2 of the second."""
    page.wait_for_function(
        "() => { const [[x, , ratio], [x2, , ratio2]] = "
        "[...document.querySelectorAll('.slide-pane')]"
        ".map((pane) => pane.dataset.at.match(/-?[\\d.]+/g).map(Number));"
        f"return {there}; }}",
        timeout=20_000,
    )


def test_two_slides_when_moved_together_then_keep_the_same_length_on_the_glass(
    page, served, slides
) -> None:
    opened(page, served + slides[0])
    page.select_option("[data-beside]", index=1)
    page.wait_for_selector(".slide-pane:nth-child(2)[data-shown]")
    page.check("[data-linked]")
    first, second = at(page), at(page, 1)
    page.click("[data-magnifications] >> text=20×")
    # As far as alone: whoever follows does not hold the leader back.
    comes(
        page,
        f"Math.abs(ratio - 1) < 0.01 && Math.abs(ratio2 * {first[2]} / {second[2]} - 1) < 0.02",
    )
    before = at(page)[0]
    page.locator(".openseadragon-canvas").first.focus()
    page.keyboard.press("ArrowRight")
    across, along = f"(x - {first[0]}) * 0.499", f"(x2 - {second[0]}) * 0.4545"
    comes(page, f"x > {before} + 1 && Math.abs({along} - {across}) < Math.max(2, {across} / 20)")


def test_three_slides_when_side_by_side_then_move_together_and_are_put_away(
    page, served, slides, registry, patient
) -> None:
    content = aperio([], width=2000, height=1600, seed=33)
    receive_study(patient, [("a", content)], system_actor(registry))
    transaction.commit()
    opened(page, served + slides[0])
    chooser = page.locator("[data-beside]")
    for pane in (2, 3):
        chooser.select_option(index=pane - 1)
        page.wait_for_selector(f".slide-pane:nth-child({pane})[data-shown]")
    panes = page.locator(".slide-pane")
    boxes = [panes.nth(number).bounding_box() for number in range(3)]
    assert len({round(box["y"]) for box in boxes}) == 1
    assert min(box["width"] for box in boxes) > 250
    expect(page.locator(".navigator")).to_have_count(3)
    expect(page.locator(".slide-scale:visible")).to_have_count(3)
    page.check("[data-linked]")
    before = [at(page, number)[2] for number in range(3)]
    page.locator(".openseadragon-canvas").first.focus()
    page.keyboard.press("+")
    after = [at(page, number)[2] for number in range(3)]
    assert [b / a for a, b in zip(before, after, strict=True)] == pytest.approx(
        [after[0] / before[0]] * 3, rel=0.02
    )
    assert violations(page) == []
    page.locator(".slide-close").first.click()
    expect(panes).to_have_count(2)
    expect(chooser).to_be_focused()
    page.locator(".slide-close").first.click()
    expect(panes).to_have_count(1)
    expect(page.locator("[data-linked-label]")).to_be_hidden()


def test_the_viewer_when_on_a_phone_then_fits_and_takes_touches(page, served, slides) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    opened(page, served + slides[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.evaluate(
        "[...document.querySelectorAll('.slide-tools button')]"
        ".map((b) => b.offsetHeight).filter(Boolean)"
    )
    assert min(sizes) >= 44


def test_the_shipped_library_when_hashed_then_is_the_one_of_the_manifest() -> None:
    said = dict(
        reversed(line.split("  "))
        for line in (VENDOR / "MANIFEST.md").read_text().splitlines()
        if re.match(r"[0-9a-f]{64}  ", line)
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "MANIFEST.md"
    }
    assert found == said
