"""Videos and documents in DICOM that wait: looked at, stored as they are or destroyed, shown."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.queries import studies_of
from tests.factories.clinical import clinical_document
from tests.factories.dicom import planted_person, written
from tests.factories.files import pdf
from tests.factories.videos import H264, MPEG2, stream, video
from tests.imaging.pages import OUTSIDER, first_held, token_of, uploaded
from tests.imaging.test_clinical import CLINICAL
from tests.imaging.test_encapsulated import PERSON, wrapped
from tests.imaging.test_held import kept
from tests.imaging.test_videos import pictures

LETTER = clinical_document(planted_person(7))
STRANGERS = (OUTSIDER, "rareliverresearcher")


def brought(hp, place, content: bytes) -> dict:
    """Upload a file and return the receipt."""
    return uploaded(hp, place, b"".join(bundled([("x", content)])))


def decided(hp, address: str, decision: str) -> None:
    """Decide on what waits."""
    sent = {"csrf_token": token_of(hp.get(address)), "image": "0", "decision": decision}
    hp.post(address, sent, status=303)


def names(place: str, root) -> set[str]:
    """Return the names of the studies there are."""
    return {one.__name__ for one in studies_of(kept(place, root))}


def study_page(place: str, root, before: set[str]) -> str:
    """Return the address of the study that came since."""
    (name,) = names(place, root) - before
    return f"{place}/studies/{name}/"


def test_a_video_when_uploaded_then_is_watched_and_confirmed_and_plays_in_its_study(
    hp, place, root, browser_of
) -> None:
    content, before = stream(H264, "mp4", PERSON.family), names(place, root)
    receipt = brought(hp, place, written(video(content, H264, PERSON, "watched"), H264))
    assert (receipt["stored"], receipt["held"]) == (0, 1)
    address = first_held(hp, place)
    player = hp.get(address).html.find("video")
    waiting = hp.get(player["src"])
    assert waiting.content_type == "video/mp4"
    assert pictures(waiting.body) == pictures(content)
    for login in STRANGERS:
        browser_of(login).get(player["src"], status=404)
    hp.get(player["src"].replace("image=0", "image=7"), status=404)
    decided(hp, address, "release")
    page = hp.get(study_page(place, root, before))
    assert page.html.select_one("[data-viewer]") is None
    source = page.click("Video").html.find("video")["src"]
    played = hp.get(source)
    assert played.body == waiting.body
    part = hp.get(source, headers={"Range": "bytes=100-299"}, status=206)
    assert part.body == played.body[100:300]
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(played.body)}"
    assert "default-src 'none'" in played.headers["Content-Security-Policy"]
    browser_of(OUTSIDER).get(source, status=404)
    hp.get(source.replace("instance=0", "instance=9"), status=404)


def test_a_video_that_browsers_do_not_play_when_stored_then_is_offered_as_a_file(
    hp, place, root
) -> None:
    dataset = video(stream(MPEG2, "mpeg2video", PERSON.family), MPEG2, PERSON, "file")
    dataset.BurnedInAnnotation, before = "NO", names(place, root)
    assert brought(hp, place, written(dataset, MPEG2))["stored"] == 1
    page = hp.get(study_page(place, root, before)).click("Video")
    assert page.html.find("video") is None
    answer = page.click("Download the video")
    assert answer.content_type == "video/mpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(pictures(answer.body)) == 25


@pytest.mark.parametrize("decision", ["release", "destroy"])
def test_a_pdf_that_names_the_person_when_decided_on_then_is_stored_or_destroyed(
    hp, place, root, browser_of, decision
) -> None:
    words, before = f"Dear {PERSON.family}", names(place, root)
    receipt = brought(hp, place, written(wrapped(pdf(words), f"named {decision}")))
    assert (receipt["stored"], receipt["held"]) == (0, 1)
    address = first_held(hp, place)
    opened = hp.get(address).html.find("a", string="Open the document")["href"]
    answer = hp.get(opened)
    assert words in PdfReader(io.BytesIO(answer.body)).pages[0].extract_text()
    assert answer.headers["Cache-Control"] == "no-store"
    for login in STRANGERS:
        browser_of(login).get(opened, status=404)
        browser_of(login).get(address, status=404)
    decided(hp, address, decision)
    hp.get(address, status=404)
    assert len(names(place, root) - before) == (decision == "release")
    if decision == "release":
        page = hp.get(study_page(place, root, before)).click("Document")
        found = page.click("Open the document")
        assert words in PdfReader(io.BytesIO(found.body)).pages[0].extract_text()


def test_a_letter_when_stored_then_is_read_as_text_and_outsiders_find_nothing(
    hp, place, root, browser_of
) -> None:
    dataset, before = wrapped(LETTER, "letter", CLINICAL), names(place, root)
    assert brought(hp, place, written(dataset))["stored"] == 1
    page = hp.get(study_page(place, root, before)).click("Clinical document")
    assert "A lesion of the liver" in page.html.select_one(".report").text
    assert not [one for one in planted_person(7).strings() if one in page.text]
    browser_of(OUTSIDER).get(page.request.path_qs, status=404)


def test_a_letter_that_still_names_the_person_when_decided_on_then_is_read_before(
    hp, place, root
) -> None:
    planted = planted_person(11)
    cut = f"<paragraph>{planted.family[:2]}<content>{planted.family[2:]}</content></paragraph>"
    dataset = wrapped(clinical_document(planted, cut), "cut", CLINICAL)
    assert brought(hp, place, written(dataset))["held"] == 1
    address = first_held(hp, place)
    assert planted.family in hp.get(address).html.select_one(".report").text
    decided(hp, address, "destroy")
    hp.get(address, status=404)
