"""Drawing on a slide in a real browser: kept at the panel as GeoJSON, found again by its link."""

from __future__ import annotations

import json

import pytest
import transaction
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from cpms_portal.imaging.actions import receive_study
from cpms_portal.patients.queries import patient_of
from cpms_portal.security.principals import actor_for
from tests.factories.panels import MEMBER, REQUESTER, SECOND, Cast
from tests.factories.slides import aperio
from tests.slides.conftest import OUTSIDER, at, opened

#: The pages are the same on both storages; what they ask for is tested on both.
pytestmark = pytest.mark.storages("filestorage")


@pytest.fixture
def panel(root, registry):
    """A panel in assessment with two members."""
    made = Cast(root, registry).assessment()
    transaction.commit()
    return made


@pytest.fixture
def address(root, registry, panel):
    """The address of a slide of its patient."""
    cast = Cast(root, registry)
    patient = patient_of(panel)
    actor = actor_for(registry, cast.person(REQUESTER))
    content = aperio([], width=3000, height=2200, seed=41)
    receipt = receive_study(patient, [("a", content)], actor)
    transaction.commit()
    return resource_path(patient["studies"][receipt.studies[0]])


def _drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = page.locator(".slide-stage").bounding_box()
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + start[0] * width, y + start[1] * height)
    page.mouse.down()
    page.mouse.move(x + end[0] * width, y + end[1] * height, steps=4)
    page.mouse.up()


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
