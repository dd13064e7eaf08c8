"""Keys and passkeys in Chromium, with its virtual authenticator; and the check of visitors."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pyramid_mailer.interfaces import IMailer

from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.people import PASSWORD, SECRET, code_now, make_person

pytestmark = pytest.mark.storages("filestorage")  # what a browser does is the same on both
PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(served, registry):
    """The portal under the name that keys know it by."""
    before = registry.cpms_settings["cpms.url"]
    registry.cpms_settings["cpms.url"] = f"http://localhost:{urlsplit(served).port}"
    yield registry.cpms_settings["cpms.url"]
    registry.cpms_settings["cpms.url"] = before


@pytest.fixture
def page(chromium, address):
    """A page of a browser that notes what the content security policy refuses."""
    opened = chromium.new_page(viewport={"width": 390, "height": 844})
    opened.set_default_timeout(20_000)
    opened.refused = []
    opened.on("console", lambda said: opened.refused.append(said.text))
    yield opened
    assert not [text for text in opened.refused if "Content Security Policy" in text]


@pytest.fixture
def authenticator(page):
    """A passkey of the device, unlocked by a finger."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    made = debugger.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})
    return debugger, made["authenticatorId"]


def give_password(page, address, person):
    """Take the first step."""
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", person.mail)
    page.fill("#form [name=password]", PASSWORD)
    page.click("#form button.is-primary")


def test_a_passkey_from_adding_to_removing(page, address, authenticator, root, registry, clock):
    person = make_person(root, registry, secret=SECRET)
    give_password(page, address, person)
    page.fill("[name=code]", code_now(clock))
    page.click("#form button.is-primary")
    page.wait_for_url("**/welcome")
    page.goto(f"{address}/people/{person.__name__}/add-key")
    assert violations(page) == []
    page.fill("[name=name]", "This phone")
    page.click("#form button.is-primary")
    page.wait_for_url("**/account")
    expect(page.get_by_text("This phone", exact=True).first).to_be_visible()
    assert violations(page) == []
    assert not scrolls_sideways(page)

    page.context.clear_cookies()
    give_password(page, address, person)
    page.wait_for_url("**/sign-in/key")
    page.click("#form button.is-primary")
    page.wait_for_url("**/welcome")

    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    assert violations(page) == []
    page.click("#passkey button")
    page.wait_for_url("**/welcome")

    page.goto(f"{address}/people/{person.__name__}/account")
    page.click("a[href*='remove-key']")
    page.click("button.is-danger")
    page.wait_for_url("**/account")
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    page.click("#passkey button")
    expect(page.get_by_text("This key was not taken")).to_be_visible()


def test_a_finger_that_does_not_fit_lets_nobody_in(
    page, address, authenticator, root, registry, clock
):
    debugger, name = authenticator
    person = make_person(root, registry, secret=SECRET)
    give_password(page, address, person)
    page.fill("[name=code]", code_now(clock))
    page.click("#form button.is-primary")
    page.wait_for_url("**/welcome")
    page.goto(f"{address}/people/{person.__name__}/add-key")
    page.fill("[name=name]", "This phone")
    page.click("#form button.is-primary")
    page.wait_for_url("**/account")
    page.context.clear_cookies()
    refused = {"authenticatorId": name, "isUserVerified": False}
    debugger.send("WebAuthn.setUserVerified", refused)
    page.goto(f"{address}/sign-in")
    page.click("#passkey button")
    page.wait_for_selector("[data-key-note]:not([hidden])")
    assert page.url.endswith("/sign-in")


def test_a_visitor_asks_for_an_account_and_is_asked_no_question(page, address, registry):
    registry.getUtility(IMailer).outbox.clear()
    page.goto(f"{address}/create-account")
    assert violations(page) == []
    assert not scrolls_sideways(page)
    assert not page.is_visible("[name=answer]")
    page.fill("[name=first_name]", "Maren")
    page.fill("[name=last_name]", "Talweide")
    page.fill("[name=mail]", "maren@clinic.invalid")
    page.fill("[name=mail_again]", "maren@clinic.invalid")
    page.check("[name=privacy]")
    page.click("#form button.is-primary")
    page.wait_for_url("**/create-account?sent=yes")
    assert violations(page) == []
    assert registry.getUtility(IMailer).outbox[-1].recipients == ["maren@clinic.invalid"]
