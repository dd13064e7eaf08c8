"""What is no stack of slices, in a browser: curves, reports, several frames, packed pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
import transaction
from playwright.sync_api import expect
from pydicom.data import get_testdata_file
from pyramid.traversal import resource_path

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.patients.resources import Patient
from tests.browser.chromium import violations
from tests.imaging.seeing import opened_by, shown

pytestmark = pytest.mark.storages("filestorage")  # what a browser draws is the same on both


@pytest.fixture
def look(chromium, served, root, registry, browser_of):
    """Store a test file of pydicom and open its study; nothing may go wrong in the page."""
    opened = []

    def open_(name, which=0, **options):
        patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
        patient = [one for one in patients.values() if isinstance(one, Patient)][which]
        content = Path(str(get_testdata_file(name))).read_bytes()
        receipt = receive_study(patient, [(name, content)], system_actor(registry))
        transaction.commit()
        assert receipt.stored == 1, receipt
        page, wrong = opened_by(chromium, browser_of("rareliverhpuser1"), served, **options)
        page.goto(served + resource_path(patient["studies"][receipt.studies[0]]) + "/")
        opened.append(wrong)
        return page

    yield open_
    assert opened == [[] for _ in opened]


def test_an_electrocardiogram_stands_on_its_paper(look):
    page = look("waveform_ecg.dcm", viewport={"width": 390, "height": 900})
    page.get_by_role("link", name="Electrocardiogram").click()
    curves = page.locator(".tracing img")
    expect(curves).to_have_count(2)
    for number in range(2):
        curves.nth(number).scroll_into_view_if_needed()
        expect(curves.nth(number)).to_have_js_property("complete", True)
        assert curves.nth(number).evaluate("one => one.naturalWidth") > 200
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    assert violations(page) == []


def test_a_structured_report_is_read_as_text(look):
    page = look("test-SR.dcm")
    page.get_by_role("link", name="Report").first.click()
    lines = page.locator(".report-line")
    assert lines.count() > 5
    assert violations(page) == []


def test_several_frames_are_gone_through_and_played(look):
    page = look("rtdose.dcm")
    shown(page, 8)
    expect(page.locator("[data-status]")).to_have_text("Image 8 of 15")
    page.locator("[data-grid]").focus()
    page.keyboard.press("End")
    shown(page, 15)
    page.keyboard.press("c")
    shown(page, 3)
    page.keyboard.press("c")


@pytest.mark.parametrize(
    ("name", "which"), [("MR_small_RLE.dcm", 0), ("MR_small_jp2klossless.dcm", 1)]
)
def test_one_packed_picture_is_seen(look, name, which):
    page = look(name, which)
    shown(page, 1)
    expect(page.locator("[data-slider]")).to_be_disabled()
    # Not one grey everywhere: something was drawn.
    assert page.evaluate(
        """() => {
        const canvas = document.querySelector(".viewer-image canvas");
        const copy = new OffscreenCanvas(16, 16).getContext("2d");
        copy.drawImage(canvas, 0, 0, 16, 16);
        return new Set(copy.getImageData(0, 0, 16, 16).data).size > 4;
    }"""
    )
