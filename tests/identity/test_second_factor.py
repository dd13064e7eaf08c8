"""Codes, recovery codes and setting up the first device."""

from __future__ import annotations

import re

import pyotp
import pytest

from cpms_portal.identity.queries import code_at
from tests.factories.people import PASSWORD, code_for, code_now, make_person


def offered_secret(page):
    """Return the secret a page offers to type."""
    return page.html.select_one(".device-setup-secret").text.replace(" ", "")


def set_up_device(visitor, clock, *, name="My phone"):
    """Fill in the page that sets up the first device; return secret and answer."""
    page = visitor.app.get("/sign-in/device")
    secret = offered_secret(page)
    form = page.forms["form"]
    form["name"], form["code"] = name, code_now(clock, secret)
    return secret, form.submit(expect_errors=True)


def test_a_code_works_once(visitor, another, login):
    code = code_for(visitor.site.registry, login)
    visitor.sign_in(login)
    another.give_password(login)
    answer = another.give_code(code)
    assert answer.status_int == 422
    assert "used already" in answer.text
    assert not another.is_in()


def test_a_code_older_than_the_last_one_is_refused_too(visitor, another, login, clock):
    before = code_for(visitor.site.registry, login)
    clock.advance(seconds=30)
    visitor.sign_in(login)
    another.give_password(login)
    assert another.give_code(before).status_int == 422


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_half_a_minute_off_is_accepted(visitor, login, steps):
    visitor.give_password(login)
    assert visitor.give_code(code_for(visitor.site.registry, login, steps=steps)).status_int == 303


@pytest.mark.parametrize("steps", [-4, -2, 2, 4])
def test_a_clock_further_off_is_refused_with_a_hint(visitor, login, steps):
    visitor.give_password(login)
    answer = visitor.give_code(code_for(visitor.site.registry, login, steps=steps))
    assert answer.status_int == 422
    assert "clock of your phone" in answer.text


def test_a_code_far_off_is_just_wrong(visitor, login):
    visitor.give_password(login)
    answer = visitor.give_code(code_for(visitor.site.registry, login, steps=40))
    assert "does not fit" in answer.text
    assert "clock" not in answer.html.select_one(".field-problem").text


@pytest.mark.parametrize("typed", ["123 45", "12345a", "１２３４５６", "1234567"])
def test_what_is_no_code_is_refused_at_the_field(visitor, login, typed):
    visitor.give_password(login)
    answer = visitor.give_code(typed)
    assert answer.status_int == 422
    assert "six digits" in answer.html.select_one(".field-problem").text


def test_a_code_may_be_typed_with_a_space(visitor, login):
    visitor.give_password(login)
    code = code_for(visitor.site.registry, login)
    assert visitor.give_code(f"{code[:3]} {code[3:]}").status_int == 303


def test_the_codes_are_those_of_rfc_6238():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: ASCII 12345678901234567890
    known = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at: code_at(secret, at // 30) for at in known} == known
    assert pyotp.TOTP(secret).at(59) == known[59]


def test_somebody_without_a_device_sets_one_up_before_anything_else(visitor, root, registry, clock):
    person = make_person(root, registry)
    answer = visitor.give_password(person.mail, PASSWORD, path="/sign-in?next=/networks")
    assert answer.location == "http://localhost/sign-in/device?next=%2Fnetworks"
    assert "svg" in answer.follow().text
    _secret, codes = set_up_device(visitor, clock)
    assert len(codes.html.select(".recovery-codes-list code")) == 10
    assert not visitor.is_in()
    form = next(one for one in codes.forms.values() if "recovery-codes" in one.action)
    assert form.submit().status_int == 303
    assert visitor.is_in()


def test_a_wrong_code_keeps_the_same_qr_code_and_adds_nothing(visitor, root, registry, clock):
    person = make_person(root, registry)
    visitor.give_password(person.mail, PASSWORD)
    before = offered_secret(visitor.app.get("/sign-in/device"))
    answer = visitor.give_code("000000", path="/sign-in/device")
    assert answer.status_int == 422
    assert offered_secret(answer) == before
    root._p_jar.sync()
    assert person.account.devices == ()


def test_the_page_has_no_style_attribute_and_no_inline_script(visitor, root, registry):
    person = make_person(root, registry)
    visitor.give_password(person.mail, PASSWORD)
    page = visitor.app.get("/sign-in/device")
    assert not re.search(r"<[^>]*\sstyle=", page.text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page.text)


def test_with_a_device_a_password_alone_never_sets_up_another(visitor, login):
    visitor.give_password(login)
    assert visitor.app.get("/sign-in/device").location == "http://localhost/sign-in/code"
    token = visitor.app.get("/sign-in/code").forms["form"]["csrf_token"].value
    sent = {"name": "Mine", "code": "000000", "csrf_token": token}
    assert visitor.app.post("/sign-in/device", sent).location.endswith("/sign-in/code")
    sent = {"csrf_token": token}
    answer = visitor.app.post("/sign-in/recovery-codes", sent)
    assert answer.location == "http://localhost/sign-in"
    assert not visitor.is_in()


def enrolled(visitor, root, registry, clock):
    """Return a person who set up a device, with the recovery codes."""
    person = make_person(root, registry)
    visitor.give_password(person.mail, PASSWORD)
    _secret, page = set_up_device(visitor, clock)
    return person, [code.text for code in page.html.select(".recovery-codes-list code")]


def give_recovery_code(visitor, code):
    """Fill in the page for recovery codes."""
    form = visitor.app.get("/sign-in/recovery").forms["form"]
    form["recovery_code"] = code
    return form.submit(expect_errors=True)


def test_a_recovery_code_works_once_however_it_is_typed(visitor, another, root, registry, clock):
    person, codes = enrolled(visitor, root, registry, clock)
    another.give_password(person.mail, PASSWORD)
    assert give_recovery_code(another, f" {codes[0].upper().replace('-', ' ')} ").status_int == 303
    assert another.is_in()
    visitor.app.reset()
    visitor.give_password(person.mail, PASSWORD)
    answer = give_recovery_code(visitor, codes[0])
    assert answer.status_int == 422
    assert "none of your unused" in answer.text
    assert give_recovery_code(visitor, codes[1]).status_int == 303
    root._p_jar.sync()
    assert person.account.recovery_codes_left == 8


def test_nothing_that_is_stored_shows_a_secret(visitor, root, registry, clock, site):
    person = make_person(root, registry)
    visitor.give_password(person.mail, PASSWORD)
    secret, page = set_up_device(visitor, clock)
    codes = [code.text for code in page.html.select(".recovery-codes-list code")]
    root._p_jar.sync()
    account = person.account
    kept = repr([vars(account), *(vars(device) for device in account.devices)])
    assert account.password.startswith("$argon2id$")
    for open_text in (secret, PASSWORD, *codes, *(code.replace("-", "") for code in codes)):
        assert open_text not in kept
