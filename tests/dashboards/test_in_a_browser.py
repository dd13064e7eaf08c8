"""The dashboards in Chromium: no violation, no complaint of the browser, the map by keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.dashboards.conftest import CENTRE, CLINICIAN

AXE = Path(__file__).parents[1] / "browser" / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OPEN = ["/", "/library", "/library/faq", "/library/consent-forms", "/library/consent-forms/de"]
INSIDE = ["/my-work", "/networks", "/networks/rare-liver", "/networks/rare-liver/germany", CENTRE]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.storages("filestorage"),  # the pages are the same on both
]


@pytest.fixture(scope="module")
def chromium(chromium_path):
    """A browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, served):
    """A page, which fails the test when the browser complains of what it is shown."""
    context = chromium.new_context(base_url=served, bypass_csp=False)
    complaints = []
    opened = context.new_page()
    opened.on(
        "console", lambda said: complaints.append(said.text) if said.type == "error" else None
    )
    yield opened
    context.close()
    assert complaints == []


def sign_in(page, site, browser_of, served):
    cookies = browser_of(CLINICIAN).cookies
    page.context.add_cookies(
        [{"name": name, "value": value, "url": served} for name, value in cookies.items()]
    )


def violations(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
    found = page.evaluate(f"axe.run({rules})")["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_pages_have_no_violation_and_fit_a_phone(page, scheme):
    page.emulate_media(color_scheme=scheme)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in OPEN:
            page.goto(path)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_pages_inside_have_no_violation_and_fit_a_phone(page, site, browser_of, served):
    sign_in(page, site, browser_of, served)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for path in [*INSIDE, "/search?q=ham", f"{CENTRE}/memberships"]:
            page.goto(path)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_country_of_the_map_is_opened_by_keyboard(page, site, browser_of, served):
    sign_in(page, site, browser_of, served)
    page.goto("/networks/rare-liver")
    page.locator(".map a", has_text="Germany").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/networks/rare-liver/germany/")
