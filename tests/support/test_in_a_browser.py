"""A question at the helpdesk in Chromium: asked, taken, answered, asked again, closed."""

from __future__ import annotations

import pytest

from tests.browser.chromium import scrolls_sideways, violations

pytestmark = pytest.mark.storages("filestorage")  # the look is the same
DESK = "/networks/rare-liver/support"


def stands(page):
    """Say that a page has no barrier and fits, on a screen and on a phone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert not violations(page), page.url
        assert not scrolls_sideways(page), (page.url, width)


def state(page):
    return page.inner_text("h1 .chip")


def step(page, name, text=""):
    if text:
        page.fill("#ticket-text", text)
    page.click(f"button[name=step][value={name}]")
    page.wait_for_load_state("networkidle")


def test_a_question_goes_through_its_states_between_who_asks_and_the_team(page_of):
    asker = page_of("rareliverhpuser1", width=390)
    asker.goto(DESK)
    stands(asker)
    asker.click("text=Ask a question")
    asker.select_option("[name=topic]", "sign_in")
    asker.fill("[name=text]", "How do I add a second phone?")
    asker.click(".form-actions .button.is-primary")
    asker.wait_for_selector(".ticket-talk")
    assert state(asker) == "Waits for the helpdesk"
    address = asker.url
    team = page_of("rarelivercoordinator", scheme="dark")
    team.goto(f"{DESK}/queue")
    stands(team)
    team.click(f"a[href*='{address.rstrip('/').rpartition('/')[2]}']")
    step(team, "take")
    assert state(team) == "Somebody is on it"
    stands(team)
    asker.reload()
    assert state(asker) == "Somebody is on it"
    step(team, "answer", "Under My account, choose Add a device.")
    assert state(team) == "Answered"
    asker.reload()
    assert "choose Add a device" in asker.inner_text(".ticket-talk")
    step(asker, "ask_again", "And to remove the old one?")
    assert state(asker) == "Waits for the helpdesk"
    team.reload()
    step(team, "answer", "On the same page, Remove.")
    asker.reload()
    step(asker, "close")
    assert state(asker) == "Solved"
    stands(asker)
    team.goto(f"{DESK}/queue?show=solved")
    assert team.locator(".listing-item").count() >= 1


def test_what_looks_like_a_patient_is_asked_about_and_can_be_taken_away(page_of):
    asker = page_of("rareliverhpuser1", width=390)
    asker.goto(f"{DESK}/ask")
    asker.select_option("[name=topic]", "patients")
    asker.fill("[name=text]", "My patient was born 03.04.1961 and cannot be found.")
    asker.click(".form-actions .button.is-primary")
    asker.wait_for_selector(".field-problem")
    assert "date of birth" in asker.inner_text(".field-problem")
    stands(asker)
    asker.check("[name=sure]")
    asker.click(".form-actions .button.is-primary")
    asker.wait_for_selector(".ticket-talk")
    team = page_of("rarelivercoordinator")
    team.goto(asker.url)
    team.click("button[value=blank]")
    team.click("dialog .button.is-primary")
    team.wait_for_selector("text=The helpdesk took this text away.")
    asker.reload()
    assert "1961" not in asker.inner_text("main")
