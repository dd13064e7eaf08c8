"""Two people at two screens: the second sees what the first shows, and lets go."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pyramid.traversal import resource_path

from tests.browser.chromium import violations
from tests.factories.panels import MEMBER, SECOND
from tests.imaging.seeing import opened_by, shown

pytestmark = pytest.mark.storages("filestorage")  # nothing of it is in the object database


def test_the_others_follow_and_let_go(chromium, browser_of, served, cast, panel, study, clock):
    leader, wrong = opened_by(chromium, browser_of(MEMBER), served)
    other, also_wrong = opened_by(chromium, browser_of(SECOND), served)
    for page in (leader, other):
        page.goto(served + resource_path(study) + "/")
        shown(page, 4)
    leader.click('[data-together-do="lead"]')
    expect(leader.locator("[data-together-said]")).to_contain_text("You lead")
    other.click('[data-together-do="follow"]')
    leader.locator("[data-grid]").focus()
    leader.keyboard.press("End")
    leader.select_option("[data-full-preset]", "-600,1500")
    leader.locator("[data-grid]").focus()
    leader.keyboard.press("+")
    shown(other, 6)
    expect(other.locator("[data-corner=window]").first).to_have_text("C -600  W 1500")
    expect(other.locator("[data-corner=zoom]").first).to_have_text("125 %")
    box = leader.locator(".viewer-image").bounding_box()
    leader.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    other.wait_for_selector(".viewer-pointer")
    name = cast.person(MEMBER).title
    expect(other.locator("[data-together-said]")).to_have_text(f"You follow {name}.")
    assert violations(other) == []
    other.click('[data-together-do="letGo"]')
    leader.locator("[data-grid]").focus()
    leader.keyboard.press("Home")
    shown(leader, 1)
    other.wait_for_timeout(1500)
    shown(other, 6)
    assert (wrong, also_wrong) == ([], [])
