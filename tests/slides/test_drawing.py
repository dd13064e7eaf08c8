"""Drawing on a slide in a real browser: kept at the panel as GeoJSON, found again by its link."""

from __future__ import annotations

import json

import pytest
import transaction
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from cpms_portal.imaging.actions import receive_study
from cpms_portal.panels.actions.advice import contribute
from tests.factories.panels import MEMBER, REQUESTER, SECOND, Cast
from tests.factories.slides import aperio
from tests.slides.conftest import OUTSIDER, at, opened

#: The pages are the same on both storages; what they ask for is tested on both.
pytestmark = pytest.mark.storages("filestorage")


def _drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = page.locator(".slide-stage").bounding_box()
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + start[0] * width, y + start[1] * height)
    page.mouse.down()
    page.mouse.move(x + end[0] * width, y + end[1] * height, steps=4)
    page.mouse.up()


def _swipe(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw with a finger, as the touch screen tells the browser."""
    page.locator(".slide-stage").scroll_into_view_if_needed()
    box = page.locator(".slide-stage").bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind: str, share: float | None) -> None:
        places = [s + (e - s) * share for s, e in zip(start, end, strict=True)] if share else start
        x, y = box["x"] + places[0] * box["width"], box["y"] + places[1] * box["height"]
        points = [] if share is None else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    touch("Start", 0)
    for quarter in (0.25, 0.5, 0.75, 1):
        touch("Move", quarter)
        # A finger that rests before it lifts throws nothing.
        page.wait_for_timeout(60)
    touch("End", None)


def test_a_region_when_drawn_then_a_colleague_finds_it_by_its_link(
    page_of, browser_of, served, address, panel
) -> None:
    page = page_of(MEMBER)
    opened(page, served + address)
    page.click("[data-magnifications] >> text=10×")
    place = at(page)
    page.click("[data-tool=region]")
    _drag(page, (0.4, 0.4), (0.6, 0.6))
    page.fill("[data-note] input", "Interface hepatitis")
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_have_text("Kept.")
    (layer,) = browser_of(SECOND).get(f"{address}/annotations").json["layers"]
    (kept,) = layer["annotations"]
    corners = kept["feature"]["geometry"]["coordinates"][0]
    stage = page.locator(".slide-stage").bounding_box()
    # A fifth of the stage, at half a pixel of the screen for a pixel of the slide.
    assert corners[1][0] - corners[0][0] == pytest.approx(stage["width"] / 5 * 2, abs=4)
    assert corners[0][0] == pytest.approx(place[0] - stage["width"] / 10 * 2, abs=4)
    document = browser_of(SECOND).get(kept["url"] + "/document")
    assert document.content_type == "application/geo+json"
    assert json.loads(document.body)["properties"]["text"] == "Interface hepatitis"

    colleague = page_of(SECOND)
    opened(colleague, served + kept["url"])
    assert at(colleague) == pytest.approx(place, rel=0.01)
    assert colleague.locator(".slide-drawing.is-chosen").count() == 1
    expect(colleague.locator("[data-layers]")).to_contain_text("Interface hepatitis")
    assert not colleague.locator("[aria-label^='Remove']").count()
    colleague.uncheck(".slide-layer input")
    assert colleague.locator(".slide-drawing").count() == 0
    browser_of(OUTSIDER).get(f"{address}/annotations", status=404)


def test_a_point_when_set_by_key_then_is_kept_changed_and_removed(page_of, served, address) -> None:
    page = page_of(MEMBER)
    opened(page, served + address)
    at(page)
    page.locator(".openseadragon-canvas").first.focus()
    page.keyboard.press("p")
    expect(page.locator("[data-tool=point]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    page.keyboard.type("Bile duct")
    page.keyboard.press("Enter")
    expect(page.locator("[data-layers]")).to_contain_text("Bile duct")
    assert page.locator("circle.slide-drawing").count() == 1
    page.click("[aria-label='Change the text: Bile duct']")
    page.fill("[data-note] input", "Portal vein")
    page.click("[data-note] [type=submit]")
    expect(page.locator("[data-layers]")).to_contain_text("Portal vein")
    page.click("[aria-label='Remove: Portal vein']")
    expect(page.locator("[data-status]")).to_have_text("Removed.")
    assert page.locator(".slide-drawing").count() == 0


def test_somebody_without_a_panel_when_looking_then_sees_no_tools(
    page_of, served, root, registry
) -> None:
    cast = Cast(root, registry)
    patient, actor = cast.patient(), cast(REQUESTER)
    receipt = receive_study(patient, [("a", aperio([], seed=42))], actor)
    transaction.commit()
    page = page_of(REQUESTER)
    opened(page, served + resource_path(patient["studies"][receipt.studies[0]]))
    expect(page.locator("[data-draw]")).to_be_hidden()


def test_what_was_drawn_with_a_finger_when_cited_then_its_link_opens_the_same_place(
    page_of, browser_of, served, address, panel, root, registry
) -> None:
    page = page_of(MEMBER, has_touch=True, viewport={"width": 390, "height": 800})
    opened(page, served + address)
    page.tap("[data-magnifications] >> text=5×")
    place = at(page)
    page.tap("[data-tool=region]")
    _swipe(page, (0.3, 0.3), (0.7, 0.6))
    page.fill("[data-note] input", "Fibrosis")
    page.tap("[data-note] [type=submit]")
    expect(page.locator("[data-layers]")).to_contain_text("Fibrosis")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    drawn = page.locator(".slide-drawing").bounding_box()
    (layer,) = browser_of(MEMBER).get(f"{address}/annotations").json["layers"]
    (kept,) = layer["annotations"]
    contribute(panel, "There is fibrosis.", Cast(root, registry)(MEMBER))
    transaction.commit()
    author = browser_of(MEMBER)
    form = next(
        one
        for one in author.get(resource_path(panel) + "/advice").forms.values()
        if one.action.endswith("/cite")
    )
    form.fields["annotation"][0].checked = True
    form.submit(status=303)
    again = page_of(SECOND, viewport={"width": 390, "height": 800})
    again.goto(f"{served}{resource_path(panel)}/advice")
    again.click(f"a[href$='{kept['url']}']")
    again.wait_for_selector("[data-shown]")
    assert at(again) == pytest.approx(place, rel=0.01)
    expect(again.locator(".slide-drawing.is-chosen")).to_have_count(1)
    box = again.locator(".slide-drawing").bounding_box()
    assert (box["width"], box["height"]) == pytest.approx((drawn["width"], drawn["height"]), abs=2)


def test_a_region_when_drawn_by_keys_alone_then_is_kept_as_geojson_for_other_programs(
    page_of, browser_of, served, address
) -> None:
    page = page_of(MEMBER)
    opened(page, served + address)
    page.locator(".openseadragon-canvas").first.focus()
    for key in ("+", "+", "ArrowRight", "g", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("Granuloma")
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_have_text("Kept.")
    expect(page.locator(".openseadragon-canvas").first).to_be_focused()
    answer = browser_of(SECOND).get(page.get_attribute(".slide-file", "href"))
    assert answer.content_type == "application/geo+json"
    collection = json.loads(answer.body)
    assert (collection["type"], collection["pixel"]) == ("FeatureCollection", [0.499, 0.499])
    (feature,) = collection["features"]
    assert (feature["properties"]["name"], feature["geometry"]["type"]) == ("Granuloma", "Polygon")
    corners = feature["geometry"]["coordinates"][0]
    assert all(0 <= x <= 3000 and 0 <= y <= 2200 for x, y in corners)
    browser_of(OUTSIDER).get(f"{address}/annotations.geojson", status=404)


def test_a_tap_when_a_region_is_drawn_then_is_no_region(page_of, served, address) -> None:
    page = page_of(MEMBER)
    opened(page, served + address)
    page.click("[data-tool=region]")
    _drag(page, (0.5, 0.5), (0.5, 0.5))
    expect(page.locator("[data-note]")).to_be_hidden()
    assert page.locator(".slide-drawing").count() == 0
    # While a tool is chosen the wheel still brings one closer.
    before = at(page)[2]
    page.mouse.wheel(0, -200)
    assert at(page)[2] > before
