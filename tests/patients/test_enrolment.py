"""Enrolling a patient, as a clinician does it."""

from __future__ import annotations

import re

import pytest

from tests.factories.patients import CENTRE, CLINICIAN, SECRETS

SEX = "form-shown-sex"
FILLED = {
    "given_name": "Quirinella",
    "family_name": "Musterbaumgarten",
    "birth_date": "21.04.1979",
    "place_of_birth": "Beispielhausen",
    "hospital_number": "HN-7731904",
}


@pytest.fixture
def browser(browser_of):
    """The browser of a clinician."""
    return browser_of(CLINICIAN)


def filled_form(browser, care="2026-03-02", **changes):
    form = browser.get(CENTRE + "enrol").forms["form"]
    for name, value in {**FILLED, **changes}.items():
        form[name] = value
    form[SEX] = "female"
    form.set("given", care, index=0)
    return form


def enrol(browser, **changes):
    answer = filled_form(browser, **changes).submit()
    if answer.status_int == 200:
        form = answer.forms["form"]
        form["another-person"] = True
        answer = form.submit()
    return answer.follow()


def test_enrolment_when_complete_leads_to_the_patient_without_identity(browser):
    page = enrol(browser, nickname="Wumelo")
    assert "Wumelo" in page.html.h1.text
    assert "47 years" in page
    assert not [secret for secret in SECRETS if secret in page.text]


def test_addresses_and_titles_when_shown_hold_neither_nickname_nor_identity(browser):
    page = enrol(browser, nickname="Ribakoso")
    assert re.search(r"/patients/[23456789bcdfghjkmnpqrstvwxz]{8}/$", page.request.path)
    assert page.html.title.text == "Patient · CPMS"
    for view in ("identity", "edit", "consents", "record", "documents"):
        assert "Ribakoso" not in browser.get(page.request.path + view).html.title.text


def test_enrolment_when_care_is_missing_says_so_at_its_date_and_keeps_what_was_typed(browser):
    answer = filled_form(browser, care="").submit(status=422)
    field = answer.html.find(id="form-consents-care-given")
    problem = answer.html.find(id=field["aria-describedby"].split()[-1])
    assert "Without a consent for care nobody can be enrolled" in problem.text
    assert answer.forms["form"]["family_name"].value == "Musterbaumgarten"
    assert answer.forms["form"][SEX].value == "female"


@pytest.mark.parametrize(
    ("care", "birthday", "said"),
    [
        ("2027-01-01", "21.04.1979", "This date is in the future."),
        ("1979-04-20", "21.04.1979", "This date is before the birth."),
        ("2026-03-02", "21.04.2031", "This date is in the future."),
        ("2026-03-02", "21.04.1799", "Please check the year of birth."),
        ("2026-03-02", "31.02.1979", "Enter the date as day, month and year"),
    ],
)
def test_enrolment_when_a_date_cannot_be_says_so(browser, care, birthday, said):
    answer = filled_form(browser, care=care, birth_date=birthday).submit(status=422)
    assert said in answer
    assert answer.forms["form"]["given_name"].value == "Quirinella"


@pytest.mark.parametrize("nickname", ["Musterbaumgarten", "quirinella", "Hn 7731"])
def test_nickname_when_it_holds_a_part_of_the_identity_is_refused(browser, nickname):
    form = filled_form(browser, nickname=nickname, birth_date="01.02.1960", hospital_number="7731")
    answer = form.submit(status=422)
    assert "must not hold a part of the name" in answer


def test_nickname_when_taken_in_the_centre_is_refused(browser):
    enrol(browser, nickname="Tokemila")
    form = filled_form(browser, nickname="tokemila", hospital_number="9", family_name="Beispiel")
    assert "Another patient of the centre has this nickname" in form.submit(status=422)


def test_another_nickname_when_asked_for_keeps_what_was_typed(browser):
    form = filled_form(browser)
    before = form["nickname"].value
    again = form.submit("other-nickname")
    assert again.forms["form"]["nickname"].value not in ("", before)
    assert again.forms["form"]["given_name"].value == "Quirinella"
    assert "things to look at" not in again


def test_enrolment_when_somebody_alike_is_there_warns_and_lets_them_go_on(browser):
    enrol(browser, nickname="Somuvata", hospital_number="D-1", family_name="Zwilling")
    alike = {"hospital_number": "", "family_name": "zwílling", "given_name": "QUIRINELLA"}
    warned = filled_form(browser, **alike).submit()
    assert "Perhaps enrolled already" in warned
    assert "Somuvata" in warned
    form = warned.forms["form"]
    assert form["family_name"].value == "zwílling"
    form["another-person"] = True
    assert form.submit().status_int == 303


def test_enrolment_when_somebody_alike_is_in_another_centre_says_nothing(browser, browser_of):
    enrol(browser, nickname="Belokuni", hospital_number="E-1", family_name="Anderswo")
    other = browser_of("rareliverhpuser2")
    centre = "/networks/rare-liver/netherlands/nl61/"
    form = other.get(centre + "enrol").forms["form"]
    for name, value in {**FILLED, "family_name": "Anderswo", "hospital_number": "E-1"}.items():
        form[name] = value
    form[SEX] = "female"
    form.set("given", "2026-03-02", index=0)
    assert form.submit().status_int == 303


def test_model_consent_forms_when_enrolling_are_one_click_away(browser):
    page = browser.get(CENTRE + "enrol").html
    link = page.select_one('a[href^="/library/consent-forms?centre="]')
    assert link.text == "Download model consent forms"
