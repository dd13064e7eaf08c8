"""One box for everything, that never tells what one may not see."""

from __future__ import annotations

import pytest

from tests.dashboards.conftest import CENTRE, CLINICIAN, FOREIGNER


def posted(browser, typed):
    page = browser.get("/search")
    form = next(form for form in page.forms.values() if "q" in form.fields)
    form["q"] = typed
    return form.submit()


@pytest.fixture
def nickname(root):
    """The nickname of a patient of the centre in Hamburg."""
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    return min(patient.nickname for patient in patients.values())


def test_a_patient_is_found_by_nickname_by_the_own_centre(browser_of, nickname):
    page = posted(browser_of(CLINICIAN), nickname[:5].upper())
    assert nickname in page
    assert nickname not in page.request.url


def test_a_patient_is_not_told_of_to_others(browser_of, nickname):
    page = posted(browser_of(FOREIGNER), nickname)
    assert "Nothing was found that you may see." in page
    nothing = posted(browser_of(FOREIGNER), "Zzyzzyva")
    assert page.text.count("listing-item") == nothing.text.count("listing-item") == 0


def test_an_address_never_looks_up_patients(browser_of, nickname):
    page = browser_of(CLINICIAN).get("/search", {"q": nickname})
    assert "Nothing was found that you may see." in page


def test_patients_are_found_by_a_coded_diagnosis(browser_of):
    assert "Patients with this diagnosis or sign" in posted(browser_of(CLINICIAN), "wilson")
    assert "Patients with this diagnosis or sign" not in posted(browser_of(FOREIGNER), "wilson")


def test_a_hospital_comes_once_with_its_networks(browser_of):
    page = posted(browser_of(CLINICIAN), "hamb").html
    # The helpdesk of the network, which names its town, is found by its text as well.
    hits = [hit for hit in page.select(".listing-title a") if "/library/" not in hit["href"]]
    assert [hit.text for hit in hits] == ["DE40 - Universitätsklinikum Hamburg-Eppendorf"]
    assert hits[0]["href"].rstrip("/") == CENTRE
    assert "RARE-LIVER" in [link.text for link in page.select(".listing-about a")]


@pytest.mark.parametrize(
    ("typed", "title"), [("rita", "Networks"), ("consent", "Library"), ("uferlaub", "People")]
)
def test_networks_pages_and_people_are_found_by_their_names(browser_of, typed, title):
    page = posted(browser_of(FOREIGNER), typed)
    assert title in [heading.text.strip() for heading in page.html.select("main h2")]


@pytest.mark.parametrize("typed", ["", "x", "'\"><script>", "\x00\x01", "%%%", "🦊🦊", "a" * 500])
def test_odd_texts_are_answered_calmly(browser_of, typed):
    page = posted(browser_of(CLINICIAN), typed)
    assert page.status_int == 200
    assert "<script>" not in page.text.replace("<script type", "")


@pytest.mark.parametrize("address", ["/search?q=%B2", "/library?tag=%FF", "/networks?country=%C3"])
def test_an_address_that_cannot_be_read_is_refused(browser_of, address):
    page = browser_of(CLINICIAN).get(address, status=400)
    assert "The portal could not do this." in page
