"""Videos, clinical documents and key images in a browser: they play, read well and fit a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import transaction
from playwright.sync_api import Page, expect
from pyramid.traversal import resource_path

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.clinical import clinical_document
from tests.factories.dicom import StudyPlan, planted_person, study_files, written
from tests.factories.files import pdf
from tests.factories.patients import patient_of
from tests.factories.videos import H264, stream, video
from tests.imaging.seeing import opened_by
from tests.imaging.test_clinical import CLINICAL
from tests.imaging.test_encapsulated import PERSON, wrapped
from tests.imaging.test_key_images import selection

pytestmark = pytest.mark.storages("filestorage")  # what a browser draws is the same on both
PATIENCE = 60_000
SIZES = [(390, "light"), (1280, "dark")]
_LOADED = """one => new Promise((done, fail) => {
  if (one.readyState >= 2) return done(one.videoWidth);
  one.addEventListener("loadeddata", () => done(one.videoWidth));
  one.addEventListener("error", () => fail(one.error));
})"""
_PLAYED = """one => new Promise((done) => {
  one.addEventListener("timeupdate", () => one.currentTime > 0.6 && done(true));
  one.muted = true;
  one.currentTime = 0.5;
  one.play();
})"""


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]} {size[1]}")
def look(request, chromium, served, root, registry, browser_of):
    """Store files and open what came of them; nothing may go wrong in the page."""
    wrong = []
    width, scheme = request.param

    def open_(*contents: bytes) -> Page:
        patient = patient_of(root)
        waited = set(patient.get("held-images", ()))
        files = [("a", content) for content in contents]
        receipt = receive_study(patient, files, system_actor(registry))
        transaction.commit()
        waiting = set(patient.get("held-images", ())) - waited
        where = [f"held-images/{one}/" for one in waiting] or [f"studies/{receipt.studies[0]}/"]
        window = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        page, found = opened_by(chromium, browser_of("rareliverhpuser1"), served, **window)
        page.set_default_timeout(PATIENCE)
        wrong.append(found)
        page.goto(f"{served}{resource_path(patient)}/{where[0]}")
        return page

    yield open_
    assert wrong == [[] for _ in wrong]


def fits(page: Page, name: str) -> None:
    """Fail when a page does not fit its window or axe finds something; keep a picture if asked."""
    if folder := os.environ.get("CPMS_PICTURES"):
        size = page.viewport_size or {"width": 0}
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)
    assert not scrolls_sideways(page)
    assert violations(page) == []


def endoscopy(seed: str, burned: str):
    """Return a video of 320 × 240."""
    dataset = video(stream(H264, "mp4", PERSON.family, (320, 240)), H264, PERSON, seed)
    dataset.Rows, dataset.Columns, dataset.BurnedInAnnotation = 240, 320, burned
    return written(dataset, H264)


def test_a_video_plays_in_its_study(look, request):
    page = look(endoscopy(f"plays {request.node.name}", "NO"))
    page.get_by_role("link", name="Video").click()
    player = page.locator("video.film")
    assert player.evaluate(_LOADED) == 320
    assert player.evaluate(_PLAYED)
    fits(page, "video")


def test_a_video_that_waits_is_watched_before_it_is_stored(look, request):
    page = look(endoscopy(f"waits {request.node.name}", ""))
    assert page.locator("video.film").evaluate(_LOADED) == 320
    fits(page, "held-video")
    expect(page.get_by_role("button", name="Store as it is")).to_be_visible(timeout=PATIENCE)


def test_a_document_that_waits_is_read_before_it_is_stored(look, request):
    content = wrapped(pdf(f"Dear {PERSON.family}"), f"read {request.node.name}")
    page = look(written(content))
    expect(page.get_by_role("link", name="Open the document")).to_be_visible(timeout=PATIENCE)
    fits(page, "held-document")


def test_a_clinical_document_is_read_as_text(look, request):
    words = "".join(f"<paragraph>Segment {number}: no lesion.</paragraph>" for number in "5678")
    letter = clinical_document(planted_person(7), words)
    page = look(written(wrapped(letter, f"letter {request.node.name}", CLINICAL)))
    page.get_by_role("link", name="Clinical document").click()
    expect(page.locator(".report")).to_contain_text("A lesion of the liver")
    fits(page, "clinical")


def test_key_images_are_shown_and_those_that_did_not_come_are_told(look, request):
    plan = StudyPlan(uid_seed=f"keys {request.node.name}", size=64, slices=3)
    listed = [plan.uid("instance", 0, number) for number in range(4)]
    keys = selection(listed, listed[1:])
    keys.StudyInstanceUID, keys.SOPInstanceUID = plan.uid("study"), plan.uid("ko")
    page = look(*(content for _, content in study_files(plan)), written(keys))
    page.get_by_role("link", name="Key images").click()
    pictures = page.locator(".picture-list img")
    expect(pictures).to_have_count(2)
    expect(pictures.first).to_have_js_property("complete", True)
    assert pictures.first.evaluate("one => one.naturalWidth") > 0
    expect(page.get_by_text("1 of the images listed here is not in this study.")).to_be_visible(
        timeout=PATIENCE
    )
    fits(page, "keys")
