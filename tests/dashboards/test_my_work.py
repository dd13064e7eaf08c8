"""My work shows what waits for a person, and nothing that waits for others."""

from __future__ import annotations

import pytest

from cpms_portal.dashboards.queries import waiting_for
from cpms_portal.security.principals import actor_for
from tests.dashboards.conftest import CENTRE, CLINICIAN, COORDINATOR, FOREIGNER


@pytest.fixture
def waits(root, registry):
    """Return a function: login → what waits for that person."""

    def ask(login):
        person = root["people"].person_of_login(login)
        return waiting_for(person, actor_for(registry, person))

    return ask


def test_an_invitation_waits_for_the_person_invited_and_nobody_else(waits, root):
    everybody = [one.__oid__ for one in root["people"].values()]
    for login in (CLINICIAN, "rareliverhpuser2", "rareliverhpuser3", "rareliverhpuser4"):
        oid = root["people"].person_of_login(login).__oid__
        assert oid in everybody
        assert all(one.person == oid and one.state == "invited" for one in waits(login).invitations)
    assert any(waits(f"rareliverhpuser{number}").invitations for number in range(1, 6))


def test_who_leads_sees_the_panel_and_its_next_step(waits, browser_of):
    leading = waits(CLINICIAN).leading
    assert {panel.state for panel in leading} >= {"outcome", "data_completion"}
    page = browser_of(CLINICIAN).get("/my-work").html
    assert "Next: finish the outcome" in page.select_one("#leading").text


def test_an_open_request_waits_for_the_centre_that_asked(waits):
    requests = waits(CLINICIAN).requests
    assert requests
    assert all(one.state == "open" for one in requests)
    assert not waits(FOREIGNER).requests or all(
        "rare-liver" not in one.panel.index_facets()["network"] for one in waits(FOREIGNER).requests
    )


def test_a_request_for_assistance_waits_for_the_coordinator(waits):
    unassigned = waits(COORDINATOR).unassigned
    assert [panel.state for panel in unassigned] == ["awaiting_lead"] * len(unassigned)
    assert unassigned
    assert not waits(CLINICIAN).unassigned
    assert not waits("bondcoordinator").unassigned


def test_who_has_contributed_is_not_asked_again(waits, root):
    for number in range(1, 6):
        login = f"rareliverhpuser{number}"
        oid = root["people"].person_of_login(login).__oid__
        for panel in waits(login).to_contribute:
            authors = {
                one.person for one in panel["contributions"].values() if one.round == panel.round
            }
            assert oid in panel.members and oid not in authors


def test_the_page_shows_nicknames_and_areas_and_one_click_to_enrol(browser_of):
    page = browser_of(CLINICIAN).get("/my-work").html
    assert page.select_one(f'a[href="{CENTRE}/enrol"]')
    assert page.select(".listing-item .chip")
    assert page.title.text == "My work · CPMS"


def test_the_page_costs_the_same_number_of_catalog_queries_for_everybody(waits, monkeypatch):
    from cpms_portal.dashboards import queries

    asked = []
    real = queries.find
    monkeypatch.setattr(queries, "find", lambda *a, **k: asked.append(a) or real(*a, **k))
    waits(CLINICIAN)
    assert len(asked) <= 6
