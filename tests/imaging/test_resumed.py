"""An upload that was cut off goes on: after a broken line, after a reload, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from cpms_portal.imaging.ingest.sources import bundled
from tests.browser.chromium import window_of
from tests.factories.dicom import StudyPlan, study_files
from tests.factories.patients import patient_of
from tests.imaging.pages import HP, token_of


def test_an_unfinished_upload_when_asked_for_then_is_told_to_its_owner_alone(
    hp, place, browser_of
) -> None:
    headers = {"X-CSRF-Token": token_of(hp.get(f"{place}/add-study"))}
    begun = hp.post_json(f"{place}/study-upload", {"size": 10}, headers=headers).json
    send = {"headers": {**headers, "X-Offset": "0"}, "content_type": "application/octet-stream"}
    hp.put(f"{place}/study-upload/{begun['upload']}", b"12345", **send)
    (found,) = hp.get(f"{place}/study-upload").json["unfinished"]
    assert (found["upload"], found["offset"], found["size"]) == (begun["upload"], 5, 10)
    other = browser_of("rareliverhpuser2")
    other.get(f"{place}/study-upload", status=(403, 404))
    hp.delete(f"{place}/study-upload/{begun['upload']}", headers=headers)
    assert hp.get(f"{place}/study-upload").json["unfinished"] == []


def test_a_study_sent_twice_at_once_when_both_are_finished_then_is_stored_once(hp, place) -> None:
    headers = {"X-CSRF-Token": token_of(hp.get(f"{place}/add-study"))}
    content = b"".join(bundled(study_files(StudyPlan(uid_seed="twice", size=16, slices=3))))
    send = {"headers": {**headers, "X-Offset": "0"}, "content_type": "application/octet-stream"}
    addresses = []
    for _ in range(2):
        begun = hp.post_json(f"{place}/study-upload", {"size": len(content)}, headers=headers).json
        addresses.append(f"{place}/study-upload/{begun['upload']}")
        hp.put(addresses[-1], content, **send)
    receipts: dict[str, dict] = {}
    for _ in range(900):
        for address in addresses:
            if address not in receipts:
                answer = hp.post(f"{address}/finish", headers=headers)
                if answer.status_int == 200:
                    receipts[address] = answer.json["receipt"]
        if len(receipts) == 2:
            break
    first, second = receipts.values()
    assert first["stored"] + second["stored"] == 6
    assert first["duplicates"] + second["duplicates"] == 6
    assert set(first["studies"]) | set(second["studies"]) == set(
        first["studies"] or second["studies"]
    )


@pytest.fixture
def page(chromium, served, browser_of):
    """A page of a clinician."""
    return window_of(chromium, served, browser_of(HP)).new_page()


def test_an_upload_when_the_page_is_reloaded_then_goes_on_where_it_stopped(
    page, tmp_path, root, served
) -> None:
    for name, content in study_files(StudyPlan(series=2, slices=9, size=1024, uid_seed="resume")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    address = f"{served}{resource_path(patient_of(root))}/add-study"
    offsets: list[str] = []
    cut = {"after": 2}

    def piece(route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        offsets.append(route.request.headers["x-offset"])
        if len(offsets) > cut["after"]:
            route.abort()
        else:
            route.continue_()

    page.route("**/study-upload/**", piece)
    page.goto(address)
    page.set_input_files("input[webkitdirectory]", str(tmp_path))
    expect(page.locator("[data-words]")).to_contain_text("away", timeout=30_000)
    cut["after"] = 10**6
    sent = len(offsets)
    page.reload()
    expect(page.locator("[data-words]")).to_contain_text("not finished", timeout=30_000)
    page.set_input_files("input[webkitdirectory]", str(tmp_path))
    page.wait_for_selector("[data-done]", timeout=60_000)
    assert "18 images in 2 series stored." in page.inner_text("[data-progress]")
    assert offsets[sent] == str(2 * 8 * 1024 * 1024)
