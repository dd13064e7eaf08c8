"""Every tool of the viewer in a browser: what it draws, what it says, what is kept."""

from __future__ import annotations

import re

import numpy
import pytest
import transaction
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from cpms_portal.imaging.actions import receive_study
from cpms_portal.patients.queries import patient_of
from cpms_portal.security.principals import actor_for
from tests.factories.dicom import StudyPlan, ct_slice
from tests.factories.directions import series_in_one_space
from tests.factories.panels import MEMBER, REQUESTER
from tests.imaging.seeing import drag, press, shown, stage_of

pytestmark = pytest.mark.storages("filestorage")  # what a browser draws is the same on both
SIZE, SLICES = 64, 6
#: Grey of the canvas of a cell, in a grid of so many points a side.
GREYS = """([cell, side]) => {
  const canvas = document.querySelectorAll(".viewer-image canvas")[cell];
  const copy = new OffscreenCanvas(side, side).getContext("2d");
  copy.drawImage(canvas, 0, 0, side, side);
  const found = copy.getImageData(0, 0, side, side).data;
  return Array.from({ length: side * side }, (_, at) => [...found.slice(at * 4, at * 4 + 3)]);
}"""


@pytest.fixture
def page(look, panel, study):
    """The page of a CT of six slices, the fourth shown."""
    opened = look(MEMBER, resource_path(study) + "/")
    shown(opened, 4)
    return opened


@pytest.fixture
def space(look, cast, panel):
    """The page of a study of three series in one space."""

    def open_(kinds: str, **options):
        patient = patient_of(panel)
        files = series_in_one_space(StudyPlan(uid_seed=f"space {kinds}"), kinds)
        actor = actor_for(cast.registry, cast.person(REQUESTER))
        receipt = receive_study(patient, files, actor)
        transaction.commit()
        study = patient["studies"][receipt.studies[0]]
        opened = look(MEMBER, resource_path(study) + "/", **options)
        shown(opened, 33)
        return opened

    return open_


def greys(page, cell=0, side=16):
    """Return the colours of a cell as an array."""
    return numpy.array(page.evaluate(GREYS, [cell, side])).reshape(side, side, 3)


def stored():
    """Return the values of the fourth slice in Hounsfield units."""
    pixels = ct_slice(StudyPlan(series=1, slices=SLICES, size=SIZE), 0, 3).PixelData
    return numpy.frombuffer(pixels, "<u2").reshape(SIZE, SIZE).astype(int) - 1024


def kept(page, count=1):
    """Wait until so many drawings are kept; return what the list says of the last."""
    expect(page.locator("[data-go]")).to_have_count(count, timeout=20_000)
    return page.locator("[data-go]").last.inner_text()


def place(page, column, row):
    """Return where a pixel of the image lies on the screen."""
    x, y, height = stage_of(page)
    return x + (column - SIZE / 2) * height / SIZE, y + (row - SIZE / 2) * height / SIZE


def test_a_right_angle_is_ninety_degrees(page):
    press(page, "[data-full-tool=angle]")
    drag(page, place(page, 16, 16), place(page, 16, 48))
    page.mouse.move(*place(page, 30, 48))
    page.mouse.click(*place(page, 48, 48))
    said = kept(page)
    assert float(re.search(r"([\d.]+) °", said)[1]) == pytest.approx(90, abs=0.5)
    expect(page.locator(".viewer-image svg")).to_contain_text("°")


@pytest.mark.parametrize("tool", ["rectangle", "ellipse"])
def test_the_statistics_of_a_region_are_those_of_its_pixels(page, tool):
    press(page, f"[data-full-tool={tool}]")
    corners = (24, 24), (40, 40)
    drag(page, *(place(page, *one) for one in corners))
    said = kept(page)
    values = stored()
    rows, columns = numpy.mgrid[0:SIZE, 0:SIZE] + 0.5
    inside = (abs(rows - 32) < 8) & (abs(columns - 32) < 8)
    if tool == "ellipse":
        # It grows from its middle.
        inside = (rows - 24) ** 2 + (columns - 24) ** 2 < 16**2
    mean = values[inside].mean()
    # Kept by the portal from the stored pixels, and written beside the line by the library.
    assert float(re.search(r"(-?[\d.]+) HU", said)[1]) == pytest.approx(mean, abs=12)
    text = page.locator(".viewer-image svg").text_content()
    assert "HU" in text
    assert float(re.search(r"Mean: (-?[\d.]+)", text)[1]) == pytest.approx(mean, abs=12)


def test_an_outline_drawn_by_hand_is_kept_with_its_area(page):
    press(page, "[data-full-tool=freehand]")
    page.mouse.move(*place(page, 24, 24))
    page.mouse.down()
    for column, row in ((40, 24), (40, 40), (24, 40), (24, 24)):
        page.mouse.move(*place(page, column, row), steps=6)
    page.mouse.up()
    assert "Outline" in kept(page)
    page.reload()
    page.wait_for_selector('[data-annotations-loaded="1"]')


@pytest.mark.parametrize(("tool", "name"), [("arrow", "Arrow"), ("text", "Note")])
def test_an_arrow_or_a_note_says_what_was_typed_and_is_found_again(page, tool, name):
    press(page, f"[data-full-tool={tool}]")
    if tool == "arrow":
        drag(page, place(page, 40, 40), place(page, 24, 24))
    else:
        page.mouse.click(*place(page, 24, 24))
    page.locator("[data-note] input").fill("Duct here")
    page.locator("[data-note] button[value=keep]").click()
    assert f"{name} Duct here" in kept(page)
    expect(page.locator(".viewer-image svg")).to_contain_text("Duct here")
    page.reload()
    page.wait_for_selector('[data-annotations-loaded="1"]')
    expect(page.locator(".viewer-image svg")).to_contain_text("Duct here")


def test_a_key_image_is_marked_found_by_its_line_and_taken_back(page):
    press(page, '[data-full-do="key"]')
    assert "Key image" in kept(page)
    expect(page.locator('[data-full-do="key"]')).to_have_attribute("aria-pressed", "true")
    page.locator("[data-grid]").focus()
    page.keyboard.press("Home")
    shown(page, 1)
    expect(page.locator('[data-full-do="key"]')).to_have_attribute("aria-pressed", "false")
    page.locator("[data-go]").click()
    shown(page, 4)
    press(page, '[data-full-do="key"]')
    expect(page.locator("[data-go]")).to_have_count(0)


def test_what_is_chosen_goes_by_the_delete_key(page):
    press(page, "[data-full-tool=length]")
    drag(page, place(page, 16, 32), place(page, 48, 32))
    kept(page)
    press(page, "[data-full-tool=slice]")
    page.mouse.click(*place(page, 16, 32))
    page.keyboard.press("Delete")
    expect(page.locator("[data-go]")).to_have_count(0)


def test_turned_mirrored_and_inverted_is_the_same_image_the_other_way_round(page):
    press(page, "[data-full-tool=length]")
    before = greys(page)
    assert before.std() > 20
    press(page, '[data-full-do="flip"]')
    page.wait_for_timeout(300)
    assert abs(greys(page).astype(int) - before[:, ::-1]).mean() < 6
    press(page, '[data-full-do="flip"]')
    press(page, '[data-full-do="turn"]')
    page.wait_for_timeout(300)
    assert abs(greys(page).astype(int) - before[::-1]).mean() < 6
    press(page, '[data-full-do="reset"]')
    press(page, '[data-full-do="invert"]')
    page.wait_for_timeout(300)
    middle = slice(6, 10)
    assert abs(greys(page)[middle, middle].astype(int) - (255 - before[middle, middle])).mean() < 6


@pytest.mark.parametrize("card", [False, True])
def test_dragging_does_what_the_pressed_button_says(look, panel, study, card):
    page = look(MEMBER, resource_path(study) + "/", card=card)
    shown(page, 4)
    window, zoom = (page.locator(f"[data-corner={name}]").first for name in ("window", "zoom"))
    middle, beside = place(page, 32, 32), place(page, 42, 38)
    for tool, corner, before in (("window", window, "C 40  W 400"), ("zoom", zoom, "100 %")):
        expect(corner).to_have_text(before)
        press(page, f"[data-full-tool={tool}]")
        drag(page, middle, beside)
        expect(corner).not_to_have_text(before)
        shown(page, 4)
    press(page, '[data-full-do="reset"]')
    expect(zoom).to_have_text("100 %")
    before = greys(page)
    press(page, "[data-full-tool=pan]")
    drag(page, middle, beside)
    expect(zoom).to_have_text("100 %")
    page.wait_for_timeout(300)
    assert abs(greys(page).astype(int) - before).mean() > 3
    press(page, "[data-full-tool=slice]")
    drag(page, place(page, 32, 16), place(page, 32, 52))
    expect(page.locator(".viewer-cell")).not_to_have_attribute("data-shown", "4")


def test_cine_goes_round(page):
    page.get_by_text("More", exact=True).click()
    page.select_option("[data-speed]", "24")
    press(page, '[data-full-do="cine"]')
    for number in (6, 1, 3):
        shown(page, number)
    press(page, '[data-full-do="cine"]')
    expect(page.locator('[data-full-do="cine"]')).to_have_attribute("aria-pressed", "false")


def test_a_line_shows_where_one_image_cuts_the_other(space):
    page = space("ac")
    page.select_option("[data-layout]", "two")
    shown(page, 33, cell=2)
    press(page, '[data-full-do="lines"]')
    expect(page.locator(".viewer-image svg line").first).to_be_attached()
    page.select_option("[data-layout]", "four")
    cells = page.locator(".viewer-cell")
    expect(cells).to_have_count(4)
    for at in range(4):
        expect(cells.nth(at)).to_have_attribute("data-shown", "33")


def test_three_directions_show_the_ball_where_it_lies_and_cross_hairs_move(space):
    page = space("a")
    page.select_option("[data-layout]", "mpr")
    expect(page.locator(".viewer-cell")).to_have_count(3)
    for at in range(3):
        expect(page.locator(".viewer-cell").nth(at).locator("[data-corner=slice]")).to_contain_text(
            "/ 64"
        )
    for _ in range(40):
        page.wait_for_timeout(250)
        if all(greys(page, at).max() > 100 for at in range(3)):
            break
    for at in range(3):
        assert greys(page, at).max() > 100, at
    before = page.locator("[data-corner=slice]").all_inner_texts()
    press(page, "[data-full-tool=cross]")
    box = page.locator(".viewer-image").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    page.wait_for_timeout(800)
    assert page.locator("[data-corner=slice]").all_inner_texts() != before


def test_pet_lies_in_colour_over_the_ct(space):
    page = space("ap")
    page.select_option("[data-layout]", "fusion")
    expect(page.locator(".viewer-cell")).to_have_count(3)
    colourful = 0.0
    for _ in range(40):
        page.wait_for_timeout(250)
        seen = greys(page, 0, 32)
        colourful = (seen.max(axis=2) - seen.min(axis=2)).max()
        if colourful > 60:
            break
    assert colourful > 60


def test_on_a_phone_two_fingers_make_it_larger(look, panel, study):
    page = look(
        MEMBER,
        resource_path(study) + "/",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    )
    shown(page, 4)
    x, y, _height = stage_of(page)
    hand = page.context.new_cdp_session(page)

    def fingers(kind, apart):
        points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(60)

    fingers("touchStart", 30)
    for apart in range(36, 100, 8):
        fingers("touchMove", apart)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    zoom = page.locator("[data-corner=zoom]").first.inner_text()
    assert int(zoom.rstrip(" %")) > 130
    shown(page, 4)
