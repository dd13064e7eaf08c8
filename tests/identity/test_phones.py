"""Sign in with the phone: one browser waits, the passkey on another lets it in, once."""

from __future__ import annotations

import pytest

from tests.identity.keys import add
from tests.identity.phones import ask_for_code, go_in, number_on, phone_form, token_on


@pytest.fixture
def phone(another, person, key, clock):
    """The phone of somebody who has a passkey, not signed in."""
    another.enter(person, clock)
    assert add(another, person, key).status_int == 303
    another.app.reset()
    return another


def state(visitor, token):
    """Return what a browser hears when it asks."""
    return visitor.app.get("/sign-in/phone/state", {"token": token}).json["state"]


def test_the_phone_lets_the_waiting_browser_in(visitor, phone, key):
    page = ask_for_code(visitor)
    token = token_on(page)
    assert page.html.find("svg") is not None
    assert state(visitor, token) == "waiting"
    asked = phone.app.get(f"/sign-in/phone/{token}").text
    assert "Firefox on Linux" in asked
    assert "192.0.2.7" in asked
    phone_form(phone, token, key, number_on(page)).submit()
    assert state(visitor, token) == "confirmed"
    go_in(visitor, page)
    assert visitor.is_in()
    assert not phone.is_in()


def test_who_did_not_wait_is_not_let_in(visitor, phone, key, site):
    page = ask_for_code(visitor)
    token = token_on(page)
    phone_form(phone, token, key, number_on(page)).submit()
    thief = type(visitor)(site, "203.0.113.5")
    thief.app.get("/sign-in")
    assert state(thief, token) == "over"
    csrf = thief.app.get("/sign-in").forms["form"]["csrf_token"].value
    thief.app.post("/sign-in/phone/enter", {"token": token, "csrf_token": csrf})
    assert not thief.is_in()


def test_a_code_lets_in_once(visitor, phone, key):
    page = ask_for_code(visitor)
    phone_form(phone, token_on(page), key, number_on(page)).submit()
    visit = visitor.app.cookies["cpms-visit"]
    go_in(visitor, page)
    assert visitor.is_in()
    visitor.app.reset()
    visitor.app.set_cookie("cpms-visit", visit)
    go_in(visitor, page)
    assert not visitor.is_in()


def test_before_the_phone_confirms_nobody_is_in(visitor, phone):
    page = ask_for_code(visitor)
    go_in(visitor, page)
    assert not visitor.is_in()


def test_a_wrong_number_ends_the_try(visitor, phone, key):
    page = ask_for_code(visitor)
    token, right = token_on(page), number_on(page)
    wrong = "10" if right != "10" else "11"
    phone_form(phone, token, key, wrong).submit()
    assert state(visitor, token) == "over"
    assert phone.app.get(f"/sign-in/phone/{token}").status_int == 303


def test_a_code_ends_after_three_minutes(visitor, phone, key, clock):
    page = ask_for_code(visitor)
    form = phone_form(phone, token_on(page), key, number_on(page))
    clock.advance(minutes=3)
    form.submit()
    assert state(visitor, token_on(page)) == "over"
    go_in(visitor, page)
    assert not visitor.is_in()


def test_a_passkey_that_did_not_check_who_holds_it_confirms_nothing(visitor, phone, key):
    page = ask_for_code(visitor)
    key.checks_person = False
    phone_form(phone, token_on(page), key, number_on(page)).submit()
    assert state(visitor, token_on(page)) == "waiting"


def test_an_answer_for_one_browser_does_not_let_another_in(visitor, phone, key, site):
    mine, other = ask_for_code(visitor), ask_for_code(type(visitor)(site, "203.0.113.5"))
    form = phone_form(phone, token_on(mine), key, number_on(mine))
    form.action = f"/sign-in/phone/{token_on(other)}"
    form["number"] = number_on(other)
    form.submit()
    assert state(visitor, token_on(mine)) == "waiting"


def test_a_made_up_code_and_an_old_one_get_the_same_answer(visitor, phone, key, clock):
    token = token_on(ask_for_code(visitor))
    clock.advance(minutes=3)
    answers = [
        phone.app.get(f"/sign-in/phone/{one}").follow().html.find(class_="notice").text
        for one in (token, "made-up")
    ]
    assert answers[0] == answers[1]


def test_reading_the_address_stores_nothing_and_makes_no_code(visitor, site):
    with site.connection() as connection:
        before = connection.db().lastTransaction()
        assert visitor.app.get("/sign-in/phone", status="*").status_int in (303, 404)
        visitor.app.get("/sign-in/phone/made-up")
        visitor.app.get("/sign-in/phone/state", {"token": "made-up"})
        assert connection.db().lastTransaction() == before
