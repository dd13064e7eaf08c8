"""The front door: password, second step, and what is told to whom."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.resources import oid_of
from tests.factories.people import code_for, make_person

WRONG = "not the password at all"


def page_without_token(answer):
    """Return what a page shows, without what differs each time."""
    form = answer.forms["form"]
    token, nonce = form["csrf_token"].value, answer.headers["Content-Security-Policy"]
    challenge = answer.forms["passkey"]["challenge"].value
    asked = answer.html.select_one("[data-options]")["data-options"]
    text = answer.text.replace(token, "").replace(challenge, "")
    text = text.replace(asked.replace('"', "&quot;"), "")
    return text.replace(nonce.partition("'nonce-")[2].partition("'")[0], "")


def test_sign_in_with_password_and_code_leads_to_the_page_asked_for(visitor, login):
    asked = visitor.app.get("/account")
    assert asked.status_int == 303
    assert "/sign-in?" in asked.location
    first = visitor.give_password(login, path=asked.location)
    assert "/sign-in/code?next=%2Faccount" in first.location
    second = visitor.give_code(code_for(visitor.site.registry, login), path=first.location)
    assert second.location == "http://localhost/account"
    assert "My account" in second.follow().follow().text


def test_a_password_alone_opens_nothing(visitor, login):
    visitor.give_password(login)
    assert not visitor.is_in()
    assert "/sign-in" in visitor.app.get("/people/", expect_errors=True).location


def test_the_second_step_without_the_first_leads_to_the_front_door(visitor):
    for path in ("/sign-in/code", "/sign-in/recovery", "/sign-in/device"):
        assert visitor.app.get(path).location == "http://localhost/sign-in"


def test_the_second_step_must_follow_within_a_quarter_of_an_hour(visitor, login, clock):
    visitor.give_password(login)
    clock.advance(minutes=16)
    assert visitor.app.get("/sign-in/code").location == "http://localhost/sign-in"


def test_wrong_password_unknown_name_and_waiting_account_get_the_same_page(visitor, login):
    unknown = visitor.give_password("nobody-here", WRONG)
    wrong = visitor.give_password(login, WRONG)
    for _number in range(6):
        visitor.give_password(login, WRONG)
    waiting = visitor.give_password(login)
    assert {unknown.status_int, wrong.status_int, waiting.status_int} == {422}
    pages = [page_without_token(page) for page in (unknown, wrong, waiting)]
    assert pages[0].replace("nobody-here", login) == pages[1] == pages[2]
    assert "That did not work" in wrong.text


def test_what_was_typed_as_name_is_kept_and_the_password_is_not(visitor, login):
    answer = visitor.give_password(login, WRONG)
    assert answer.forms["form"]["login"].value == login
    assert WRONG not in answer.text


def test_an_empty_form_says_at_the_field_what_is_missing(visitor):
    answer = visitor.give_password("", "")
    assert answer.status_int == 422
    assert len(answer.html.select(".field.has-problem")) == 2


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.invalid/",
        "//elsewhere.invalid/",
        "/\\elsewhere.invalid",
        "\\\\elsewhere.invalid",
        "javascript:alert(1)",
        "/\tfoo\n",
        "http:elsewhere.invalid",
    ],
)
def test_a_target_elsewhere_is_never_followed(visitor, login, target):
    answer = visitor.give_password(login, path="/sign-in")
    page = visitor.app.get("/sign-in/code", {"next": target})
    form = page.forms["form"]
    form["code"] = code_for(visitor.site.registry, login)
    answer = form.submit()
    assert answer.location in ("http://localhost/", "http://localhost/my-work")


def test_every_step_has_a_session_of_its_own_and_the_earlier_ones_end(visitor, login):
    planted = "1~planted.1795176000.signature"
    visitor.keep_only(planted)
    visitor.give_password(login)
    half = visitor.app.cookies["cpms"]
    visitor.give_code(code_for(visitor.site.registry, login))
    full = visitor.app.cookies["cpms"]
    assert len({cookie.split(".")[0] for cookie in (planted, half, full)}) == 3
    visitor.keep_only(half)
    assert not visitor.is_in()
    visitor.keep_only(full)
    assert visitor.is_in()


def test_a_form_from_elsewhere_is_refused(visitor, another, login):
    foreign = another.app.get("/sign-in").forms["form"]["csrf_token"].value
    visitor.app.get("/sign-in")
    for token in ("", foreign):
        sent = {"login": login, "password": "x", "csrf_token": token}
        assert visitor.app.post("/sign-in", sent, expect_errors=True).status_int == 400


def test_the_token_of_before_sign_in_does_not_count_afterwards(visitor, login):
    early = visitor.app.get("/sign-in").forms["form"]["csrf_token"].value
    visitor.sign_in(login)
    answer = visitor.app.post("/sign-out", {"csrf_token": early}, expect_errors=True)
    assert answer.status_int == 400
    assert visitor.is_in()


def test_signing_out_ends_the_session_on_the_server(visitor, login):
    visitor.sign_in(login)
    kept = visitor.app.cookies["cpms"]
    visitor.app.post("/sign-out", {"csrf_token": visitor.token()})
    assert not visitor.is_in()
    visitor.keep_only(kept)
    assert not visitor.is_in()


def test_a_disabled_person_is_out_at_once_and_gets_the_common_answer(visitor, login, root):
    visitor.sign_in(login)
    person = root["people"].person_of_login(login)
    person.state = "disabled"
    transaction.commit()
    assert not visitor.is_in()
    assert "That did not work" in visitor.give_password(login).text


def test_every_outcome_stands_in_the_trail_with_its_address(visitor, login, root, registry):
    visitor.give_password(login, WRONG)
    visitor.sign_in(login)
    oid = oid_of(root["people"].person_of_login(login))
    rows = trail_of(registry).rows("who", oid, 10, noun="person")
    found = [(row.entry.action, row.entry.source) for row in reversed(rows)]
    assert found == [
        ("sign_in.refused", "192.0.2.7"),
        ("sign_in.password", "192.0.2.7"),
        ("sign_in.code", "192.0.2.7"),
        ("sign_in.done", "192.0.2.7"),
    ]
    assert WRONG not in str(rows)


def test_a_forwarded_address_is_not_believed(visitor, login, root, registry):
    visitor.app.extra_environ["HTTP_X_FORWARDED_FOR"] = "203.0.113.77"
    visitor.give_password(login, WRONG)
    oid = oid_of(root["people"].person_of_login(login))
    assert trail_of(registry).rows("who", oid, 1)[0].entry.source == "192.0.2.7"


def test_who_is_in_already_is_led_on(visitor, login):
    visitor.sign_in(login)
    assert visitor.app.get("/sign-in?next=/networks").location == "http://localhost/networks"


def test_sign_in_by_mail_address_in_any_case(visitor, root, registry):
    person = make_person(root, registry)
    answer = visitor.give_password(person.mail.upper(), "otter lamp meadow quartz")
    assert answer.location == "http://localhost/sign-in/device"


def test_the_code_field_helps_phones(visitor, login):
    visitor.give_password(login)
    field = visitor.app.get("/sign-in/code").html.find("input", {"name": "code"})
    assert field["autocomplete"] == "one-time-code"
    assert field["inputmode"] == "numeric"
