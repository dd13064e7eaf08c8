"""Who sees what on the dashboards, and what outsiders are told."""

from __future__ import annotations

import pytest

from cpms_portal.security.roles import Role
from tests.dashboards.conftest import CENTRE, CLINICIAN, COORDINATOR, FOREIGNER

INSIDE = ["/my-work", "/networks", "/networks/rare-liver", "/networks/rare-liver/germany", CENTRE]


@pytest.mark.parametrize("path", [*INSIDE, f"{CENTRE}/memberships", f"{CENTRE}/audit", "/search"])
def test_somebody_not_signed_in_is_asked_to_sign_in(app, path):
    answer = app.get(path)
    assert answer.status_int == 303
    assert "/sign-in?came_from=" in answer.headers["Location"]


def test_the_first_page_is_open_and_leads_to_work_once_signed_in(app, browser_of):
    front = app.get("/").html
    assert front.select_one('main a[href="/sign-in"]')
    assert front.select_one('main a[href="/library/consent-forms"]')
    assert not front.select(".site-menu a[href='/my-work']")
    answer = browser_of(CLINICIAN).get("/")
    assert answer.status_int == 303 and answer.headers["Location"].endswith("/my-work")


def test_own_people_see_patients_panels_and_enrol(browser_of):
    page = browser_of(CLINICIAN).get(CENTRE).html
    assert page.select_one("#patients") and page.select_one("#panels")
    assert page.select(".listing-item")
    assert page.select_one(f'.page-actions a[href="{CENTRE}/enrol"]')


def test_a_foreign_clinician_sees_who_the_centre_is_and_no_patients(browser_of):
    page = browser_of(FOREIGNER).get(CENTRE).html
    assert not page.select("#patients, #panels, .listing-item")
    assert not page.select_one(f'a[href="{CENTRE}/enrol"]')
    assert "Hamburg" in page.select_one(".page-aside").text
    assert [tab.text for tab in page.select(".tabs a")] == []


def test_the_coordinator_sees_no_patients_of_a_centre(browser_of):
    page = browser_of(COORDINATOR).get("/networks/rare-liver/poland").html
    centre = page.select("tbody th a")[-1]["href"]
    assert not browser_of(COORDINATOR).get(centre).html.select("#patients, #panels")


def test_figures_are_for_the_coordinator_only(browser_of):
    assert browser_of(COORDINATOR).get("/networks/rare-liver").html.select("#figures")
    assert not browser_of(CLINICIAN).get("/networks/rare-liver").html.select("#figures")
    assert not browser_of(COORDINATOR).get("/networks/bond").html.select("#figures")


def test_the_audit_is_for_the_data_protection_officer_and_names_no_patient(
    browser_of, newcomer, root
):
    officer = browser_of(newcomer("Dag Tillerud", Role.DPO, CENTRE))
    pages = [officer.get(f"{CENTRE}/audit")]
    while older := pages[-1].html.select_one('a[rel="next"]'):
        pages.append(officer.get(older["href"]))
    said = "".join(page.text for page in pages)
    assert "patient.enrol" in said
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    for name, patient in patients.items():
        assert patient.nickname not in said
        assert name in said
    assert not officer.get(CENTRE).html.select("#patients")
    browser_of(CLINICIAN).get(f"{CENTRE}/audit", status=403)
    browser_of(FOREIGNER).get(f"{CENTRE}/audit", status=403)


def test_somebody_without_a_centre_is_told_what_to_do(browser_of, newcomer):
    page = browser_of(newcomer()).get("/my-work")
    assert "Nothing waits for you." in page
    assert "ask for a membership" in page
    assert page.html.select_one('.empty-state a[href="/networks"]')
