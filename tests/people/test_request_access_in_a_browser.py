"""The request for access by keyboard alone, in Chromium: accessible, and narrow enough."""

from __future__ import annotations

import pytest
import transaction

from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.people import make_person

pytestmark = pytest.mark.storages("filestorage")  # the pages are the same on both
MOST_KEYS = 120


@pytest.fixture
def page(page_of, root, registry):
    """A page of somebody who belongs nowhere, on a telephone."""
    person = make_person(root, registry, name="Runa Kettilsen")
    transaction.commit()
    return page_of(person.mail, width=390)


def tab_to(page, selector):
    """Press Tab until something that fits has the focus."""
    for _ in range(MOST_KEYS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def enter(page):
    """Press Enter and wait for the page that follows."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def looked_at(page):
    assert violations(page) == []
    assert not scrolls_sideways(page), page.url


def test_the_wizard_is_walked_by_keyboard_alone(page):
    page.goto("/request-access")
    looked_at(page)
    tab_to(page, "main form button[type=submit]")
    enter(page)
    looked_at(page)
    tab_to(page, 'a[href$="place=rare-liver"]')
    enter(page)
    tab_to(page, 'a[href$="place=rare-liver%2Fgermany"]')
    enter(page)
    looked_at(page)
    tab_to(page, 'input[name="organisation"]')
    for _ in range(MOST_KEYS):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.value") == "rare-liver/germany/de40":
            break
    tab_to(page, "main button.is-primary")
    enter(page)
    looked_at(page)
    page.go_back()
    page.go_forward()
    page.reload()
    tab_to(page, 'input[value="hp"]')
    page.keyboard.press("Space")
    tab_to(page, "main button.is-primary")
    enter(page)
    looked_at(page)
    tab_to(page, 'textarea[name="comment"]')
    page.keyboard.type("Hepatology, second floor")
    tab_to(page, "main button.is-primary")
    enter(page)
    looked_at(page)
    assert "/access" in page.url
    assert "Not decided yet" in page.inner_text("main")


def test_what_is_forgotten_or_not_found_is_said_and_mended_by_keyboard_alone(page):
    page.goto("/request-access?step=organisation&place=rare-liver%2Fgermany")
    tab_to(page, "main button.is-primary")
    enter(page)
    assert "Choose the organisation you work for." in page.inner_text("main [role=alert]")
    assert page.is_visible('input[value="rare-liver/germany/de40"]'), "the place one had come to"
    looked_at(page)
    tab_to(page, "#find-organisation")
    page.keyboard.type("no such hospital")
    enter(page)
    assert "Nothing here has such a name" in page.inner_text("main")
    looked_at(page)
    tab_to(page, "#find-organisation")
    page.keyboard.press("Control+A")
    page.keyboard.type("hamburg")
    enter(page)
    tab_to(page, "main details summary")
    page.keyboard.press("Enter")
    assert page.is_visible("main details[open] p")
    tab_to(page, 'input[name="organisation"]')
    page.keyboard.press("Space")
    tab_to(page, "main button.is-primary")
    enter(page)
    tab_to(page, "main button.is-primary")
    enter(page)
    assert "Choose at least one profile." in page.inner_text("main [role=alert]")
    looked_at(page)
    tab_to(page, 'input[value="coordinator"]')
    page.keyboard.press("Space")
    tab_to(page, "main button.is-primary")
    enter(page)
    assert "The profile of a healthcare professional was added" in page.inner_text("main")
    tab_to(page, "main form button.is-primary")
    enter(page)
    tab_to(page, 'form[action$="/withdraw"] button, button[value="withdraw"]')
    enter(page)
    assert "Withdrawn" in page.inner_text("main")
    looked_at(page)
