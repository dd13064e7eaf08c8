"""The dashboards in Chromium: no violation, no complaint of the browser, the map by keyboard."""

from __future__ import annotations

import pytest

from tests.browser.chromium import scrolls_sideways, violations
from tests.dashboards.conftest import CENTRE, CLINICIAN

OPEN = ["/", "/library", "/library/faq", "/library/consent-forms", "/library/consent-forms/de"]
INSIDE = ["/my-work", "/networks", "/networks/rare-liver", "/networks/rare-liver/germany", CENTRE]

pytestmark = pytest.mark.storages("filestorage")  # the pages are the same on both


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_pages_have_no_violation_and_fit_a_phone(page_of, scheme):
    page = page_of(scheme=scheme)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in OPEN:
            page.goto(path)
            assert violations(page) == [], path
            assert not scrolls_sideways(page), (path, width)


def test_the_pages_inside_have_no_violation_and_fit_a_phone(page_of):
    page = page_of(CLINICIAN)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in [*INSIDE, "/search?q=ham", f"{CENTRE}/memberships"]:
            page.goto(path)
            assert violations(page) == [], path
            assert not scrolls_sideways(page), (path, width)


def test_a_country_of_the_map_is_opened_by_keyboard(page_of):
    page = page_of(CLINICIAN)
    page.goto("/networks/rare-liver")
    page.locator(".map a", has_text="Germany").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/networks/rare-liver/germany/")
