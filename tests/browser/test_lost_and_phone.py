"""The worst day, and a phone that lets another screen in, in Chromium with a passkey."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from cpms_portal.core.actor import system_actor
from cpms_portal.identity.actions import make_recovery_codes
from cpms_portal.identity.queries import phones
from cpms_portal.identity.views import phones as phone_views
from tests.browser.chromium import scrolls_sideways, violations
from tests.browser.test_keys import PASSKEY, address, give_password
from tests.factories.people import SECRET, code_now, make_person

__all__ = ["address"]
pytestmark = pytest.mark.storages("filestorage")  # what a browser does is the same on both


@pytest.fixture
def window_of(chromium, address):
    """A window of a browser of its own each time; what the policy refuses is noted."""
    refused = []

    def make(*, width=390, passkey=False):
        context = chromium.new_context(viewport={"width": width, "height": 844})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: refused.append(said.text))
        if passkey:
            debugger = context.new_cdp_session(page)
            debugger.send("WebAuthn.enable")
            debugger.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})
        return page

    yield make
    assert not [text for text in refused if "Content Security Policy" in text]


def enter(page, address, person, clock):
    """Sign in with password and app."""
    clock.advance(seconds=30)
    give_password(page, address, person)
    if page.url.endswith("/key"):
        page.goto(f"{address}/sign-in/code")
    page.fill("[name=code]", code_now(clock))
    page.click("#form button.is-primary")
    page.wait_for_url("**/welcome")


def add_passkey(page, address, person):
    """Add the passkey of this device."""
    page.goto(f"{address}/people/{person.__name__}/add-key")
    page.fill("[name=name]", "This phone")
    page.click("#form button.is-primary")
    page.wait_for_url("**/account")


def test_panic_ends_everything_and_a_recovery_code_is_the_way_back(
    window_of, address, root, registry, clock
):
    person = make_person(root, registry, secret=SECRET)
    printed = make_recovery_codes(person, system_actor(registry))
    root._p_jar.transaction_manager.commit()
    phone, thief = window_of(passkey=True), window_of(width=1280)
    enter(phone, address, person, clock)
    add_passkey(phone, address, person)
    enter(thief, address, person, clock)

    phone.goto(f"{address}/people/{person.__name__}/account")
    phone.get_by_role("link", name="Delete all my devices").click()
    phone.wait_for_url("**/panic")
    assert violations(phone) == []
    assert not scrolls_sideways(phone)
    phone.check("[name=keep_codes]")
    phone.click("button.is-danger")
    phone.wait_for_url("**/sign-in")
    expect(
        phone.get_by_text("All devices and sessions of your account are deleted.")
    ).to_be_visible()

    thief.goto(f"{address}/people/{person.__name__}/account")
    assert person.title not in thief.inner_text("body")
    assert thief.locator("#history").count() == 0
    phone.click("#passkey button")
    expect(phone.get_by_text("This key was not taken")).to_be_visible()

    give_password(phone, address, person)
    phone.wait_for_url("**/sign-in/code")
    clock.advance(seconds=30)
    phone.fill("[name=code]", code_now(clock))
    phone.click("#form button.is-primary")
    expect(phone.get_by_text("This code does not fit").first).to_be_visible()
    phone.get_by_role("link", name=re.compile("recovery code")).click()
    phone.fill("[name=recovery_code]", printed[0])
    phone.click("#form button.is-primary")
    phone.wait_for_url("**/sign-in/device")
    phone.click("details summary")
    new = phone.inner_text(".device-setup-secret").replace(" ", "")
    phone.fill("[name=code]", code_now(clock, new))
    phone.click("#form button.is-primary")
    phone.get_by_text("Your recovery codes").first.wait_for()
    assert violations(phone) == []
    phone.click("main form button.is-primary")
    phone.wait_for_url("**/welcome")


@pytest.fixture
def scanned(monkeypatch):
    """What a camera reads: the addresses the QR codes hold, newest last."""
    found = []

    def qr(token, registry):
        found.append(phones.phone_address(token, registry))
        return phones.phone_qr(token, registry)

    monkeypatch.setattr(phone_views, "phone_qr", qr)
    return found


@pytest.fixture
def person(root, registry):
    """Somebody with a password and an app."""
    return make_person(root, registry, secret=SECRET)


@pytest.fixture
def phone(window_of, address, person, clock):
    """Their phone, with a passkey, signed out."""
    made = window_of(passkey=True)
    enter(made, address, person, clock)
    add_passkey(made, address, person)
    made.context.clear_cookies()
    return made


def ask_for_code(screen, address):
    """Let the screen show its QR code; the number beside it."""
    screen.goto(f"{address}/sign-in")
    screen.get_by_role("button", name="Sign in with your phone").click()
    screen.wait_for_selector(".device-setup-code svg")
    return screen.inner_text(".device-setup-secret")


def confirm(phone, scanned, number):
    """Open what was scanned, type the number and show the passkey."""
    phone.goto(scanned)
    phone.fill("[name=number]", number)
    phone.get_by_role("button", name="Confirm with the passkey").click()
    phone.wait_for_url("**/sign-in")


def test_the_screen_comes_in_by_itself_when_the_phone_confirms(window_of, address, phone, scanned):
    screen = window_of(width=1280)
    number = ask_for_code(screen, address)
    for width in (1280, 390):
        screen.set_viewport_size({"width": width, "height": 844})
        assert violations(screen) == []
        assert not scrolls_sideways(screen)
    phone.goto(scanned[-1])
    for width in (1280, 390):
        phone.set_viewport_size({"width": width, "height": 844})
        assert violations(phone) == []
        assert not scrolls_sideways(phone)
    confirm(phone, scanned[-1], number)
    expect(phone.get_by_text("Confirmed. The other device goes on by itself.")).to_be_visible()
    screen.wait_for_url("**/welcome")

    phone.goto(scanned[-1])
    phone.wait_for_url("**/sign-in")
    expect(phone.get_by_text("This code was used already, or it is too old.")).to_be_visible()


def test_a_late_code_and_another_number_let_no_screen_in(window_of, address, phone, scanned, clock):
    screen = window_of(width=1280)
    number = ask_for_code(screen, address)
    phone.goto(scanned[-1])
    phone.fill("[name=number]", number)
    clock.advance(minutes=3)
    phone.get_by_role("button", name="Confirm with the passkey").click()
    phone.wait_for_url("**/sign-in")
    expect(phone.get_by_text("This code was used already, or it is too old.")).to_be_visible()
    expect(screen.get_by_text("The code is over. Ask for a new one.")).to_be_visible()
    assert violations(screen) == []

    screen.get_by_role("button", name="New code").click()
    screen.wait_for_selector(".device-setup-code svg")
    number = screen.inner_text(".device-setup-secret")
    confirm(phone, scanned[-1], "10" if number != "10" else "11")
    expect(phone.get_by_text("This is not the number the computer shows.")).to_be_visible()
    expect(screen.get_by_text("The code is over. Ask for a new one.")).to_be_visible()
    screen.goto(f"{address}/account")
    assert not screen.url.endswith("/account")
