"""Two people at two screens look at a slide: the second sees what the first shows, and lets go."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import violations
from tests.factories.panels import MEMBER, SECOND, Cast
from tests.slides.conftest import at, opened

#: Nothing of it is in the object database.
pytestmark = pytest.mark.storages("filestorage")


def test_the_others_follow_over_a_slide_and_to_another_one_and_let_go(
    page_of, served, address, other_address, panel, root, registry, clock
) -> None:
    leader, other = page_of(MEMBER), page_of(SECOND, viewport={"width": 390, "height": 800})
    for page in (leader, other):
        opened(page, served + address)
    leader.click('[data-together-do="lead"]')
    expect(leader.locator("[data-together-said]")).to_contain_text("You lead")
    other.click('[data-together-do="follow"]')
    name = Cast(root, registry).person(MEMBER).title
    expect(other.locator("[data-together-said]")).to_have_text(f"You follow {name}.")
    leader.click("[data-magnifications] >> text=10×")
    leader.click("[data-do=right]")
    place = at(leader)
    box = leader.locator(".slide-stage").bounding_box()
    leader.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pointer = other.locator(".slide-pane .viewer-pointer")
    pointer.wait_for()
    assert at(other) == pytest.approx(place, rel=0.01)
    ring, stage = pointer.bounding_box(), other.locator(".slide-stage").bounding_box()
    assert ring["x"] + ring["width"] / 2 == pytest.approx(stage["x"] + stage["width"] / 2, abs=4)
    assert violations(other) == []
    leader.goto(served + other_address)
    expect(leader.locator("[data-together-said]")).to_contain_text("You lead")
    other.wait_for_url(f"**{other_address}*")
    other.wait_for_selector("[data-shown]")
    other.click('[data-together-do="letGo"]')
    stays = at(other)
    leader.click("[data-do=home]")
    leader.click("[data-do=in]")
    at(leader)
    assert at(other) == pytest.approx(stays)
