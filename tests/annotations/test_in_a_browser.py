"""The full viewer in a browser: measured, read, drawn, found again, by mouse, key and finger."""

from __future__ import annotations

import re

import numpy
import pytest
import transaction
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from cpms_portal.panels.actions.advice import contribute
from tests.annotations.conftest import length, study_in
from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.dicom import StudyPlan, ct_slice
from tests.factories.panels import MEMBER, SECOND
from tests.imaging.seeing import drag, press, shown, stage_of

pytestmark = pytest.mark.storages("filestorage")  # what a browser draws is the same on both
SIZE, SLICES = 64, 6


@pytest.mark.parametrize("dense", [1, 1.5])
def test_a_known_distance_is_measured_kept_and_found_again_by_others(look, panel, study, dense):
    address = resource_path(study) + "/"
    page = look(MEMBER, address, device_scale_factor=dense)
    shown(page, 4)
    expect(page.locator("[data-corner=zoom]").first).to_have_text("100 %")
    x, y, height = stage_of(page)
    press(page, "[data-full-tool=length]")
    # 240 mm are shown from edge to edge.
    drag(page, (x, y - height / 4), (x, y + height / 4))
    page.wait_for_selector("[data-annotations-kept]")
    said = page.locator("[data-go]").inner_text()
    millimetres = float(re.search(r"([\d.]+) mm", said)[1])
    assert millimetres == pytest.approx(120, abs=0.8)
    expect(page.locator(".viewer-image svg")).to_contain_text(f"{millimetres:.0f}")
    page.reload()
    page.wait_for_selector('[data-annotations-loaded="1"]')
    expect(page.locator(".viewer-image svg")).to_contain_text(" mm")
    other = look(SECOND, address)
    other.wait_for_selector('[data-annotations-loaded="1"]')
    expect(other.locator(".viewer-image svg")).to_contain_text(" mm")
    expect(other.locator("[data-drop]")).to_be_hidden()
    other.locator("[data-layer] input[type=checkbox]").uncheck()
    expect(other.locator(".viewer-image svg")).not_to_contain_text(" mm")
    page.locator("[data-drop]").click()
    expect(page.locator("[data-layer]")).to_have_count(0)
    page.reload()
    page.wait_for_selector('[data-annotations-loaded="0"]')


def test_the_value_under_the_probe_is_the_value_in_the_file(look, panel, study):
    page = look(MEMBER, resource_path(study) + "/")
    shown(page, 4)
    x, y, height = stage_of(page)
    press(page, "[data-full-tool=probe]")
    page.mouse.click(x + height / 7, y - height / 9)
    page.wait_for_selector("[data-annotations-kept]")
    text = page.locator(".viewer-image svg").text_content()
    column, row, value = map(int, re.search(r"(\d+), (\d+): (-?\d+) HU", text).groups())
    pixels = ct_slice(StudyPlan(series=1, slices=SLICES, size=SIZE), 0, 3).PixelData
    stored = numpy.frombuffer(pixels, "<u2").reshape(SIZE, SIZE)
    assert value == int(stored[row, column]) - 1024
    assert f"{value}.0 HU" in page.locator("[data-go]").inner_text()


def test_a_link_beside_a_contribution_opens_the_same_image_window_and_zoom(
    look, viewer, cast, panel, study
):
    drawn = viewer(MEMBER).draw(panel, study, length(text="Duct", instance=1)).json
    transaction.abort()
    contribution = contribute(panel, "See there.", cast(MEMBER))
    transaction.commit()
    author = viewer(MEMBER).browser
    form = next(
        one
        for one in author.get(resource_path(panel) + "/advice").forms.values()
        if one.action.endswith("/cite")
    )
    form.fields["annotation"][0].checked = True
    form.submit(status=303)
    page = look(SECOND, resource_path(panel) + "/advice")
    page.locator(f'[id="{contribution.__name__}"]').locator("a", has_text="Length").click()
    page.wait_for_selector(f'[data-annotation-shown="{drawn["id"]}"]')
    shown(page, 2)
    expect(page.locator("[data-corner=window]").first).to_have_text("C 40  W 400")
    expect(page.locator("[data-corner=zoom]").first).to_have_text("200 %")


@pytest.mark.parametrize("card", [False, True])
def test_by_keys_slices_windows_turns_and_layouts_and_no_barrier(look, cast, panel, card):
    study = study_in(panel, cast, series=2, slices=8, uid_seed="two series")
    transaction.commit()
    page = look(MEMBER, resource_path(study) + "/", card=card)
    shown(page, 5)
    page.locator("[data-grid]").focus()
    for key, number in (("ArrowDown", 6), ("End", 8), ("Home", 1), ("PageDown", 8)):
        page.keyboard.press(key)
        shown(page, number)
    page.keyboard.press("i")
    expect(page.locator('[data-full-do="invert"]')).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("+")
    expect(page.locator("[data-corner=zoom]").first).to_have_text("125 %")
    page.keyboard.press("5")
    expect(page.locator('[data-full-tool="length"]')).to_have_attribute("aria-pressed", "true")
    page.select_option("[data-full-preset]", "-600,1500")
    expect(page.locator("[data-corner=window]").first).to_have_text("C -600  W 1500")
    assert violations(page) == []
    page.select_option("[data-layout]", "two")
    shown(page, 8, cell=2)
    press(page, '[data-full-do="sync"]')
    page.locator("[data-grid]").focus()
    page.keyboard.press("Home")
    cells = page.locator(".viewer-cell")
    for at in range(2):
        expect(cells.nth(at)).to_have_attribute("data-shown", "1")
    page.select_option("[data-layout]", "mpr")
    expect(cells).to_have_count(3)
    expect(cells.nth(1).locator("[data-corner=slice]")).to_contain_text(f"/ {SIZE}")
    assert violations(page) == []


def test_on_a_phone_one_finger_goes_through_the_slices(look, panel, study):
    page = look(
        MEMBER,
        resource_path(study) + "/",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    shown(page, 4)
    assert not scrolls_sideways(page)
    assert violations(page) == []
    x, y, _height = stage_of(page)
    finger = page.context.new_cdp_session(page)
    finger.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 7):
        at = [{"x": x, "y": y + step * 25}]
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at})
        page.wait_for_timeout(60)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(".viewer-cell")).not_to_have_attribute("data-shown", "4")
