"""Security keys and passkeys: each answer counts once, in the browser it was asked of."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyramid_mailer.interfaces import IMailer

from cpms_portal.core.settings import setting
from cpms_portal.identity.queries.keys import parsed, relying_party, roles_in
from cpms_portal.security.roles import Role
from tests.factories.people import PASSWORD, SECRET, code_now, make_person
from tests.identity.keys import add, options_on, passkey_form, second_step
from tests.identity.soft_key import SoftKey


@pytest.fixture
def keyed(visitor, person, key, clock):
    """A visitor whose account has the key, signed out again."""
    visitor.enter(person, clock)
    assert add(visitor, person, key).status_int == 303
    visitor.app.reset()
    return visitor


def test_a_key_is_the_second_factor(keyed, person, key):
    assert second_step(keyed, person, key).submit().status_int == 303
    assert keyed.is_in()


def test_a_passkey_lets_in_without_a_password(keyed, key):
    passkey_form(keyed, key).submit()
    assert keyed.is_in()


def test_a_passkey_that_did_not_check_who_holds_it_is_no_two_factors(keyed, key):
    key.checks_person = False
    assert passkey_form(keyed, key).submit().location.endswith("/sign-in")
    assert not keyed.is_in()


def test_a_key_that_does_not_check_who_holds_it_is_still_a_second_factor(keyed, person, key):
    key.checks_person = False
    second_step(keyed, person, key).submit()
    assert keyed.is_in()


def test_an_answer_counts_once(keyed, person, key):
    form = second_step(keyed, person, key)
    values = form.submit_fields()
    form.submit()
    keyed.app.reset()
    again = second_step(keyed, person, key)
    sent = dict(values) | {"csrf_token": again["csrf_token"].value}
    assert keyed.app.post("/sign-in/key", sent, expect_errors=True).status_int == 422
    assert not keyed.is_in()


def test_the_answer_of_a_passkey_counts_once_in_the_same_browser(keyed, key):
    form = passkey_form(keyed, key)
    visit = keyed.app.cookies["cpms-visit"]
    form.submit()
    assert keyed.is_in()
    keyed.app.reset()
    keyed.app.set_cookie("cpms-visit", visit)
    assert form.submit().location.endswith("/sign-in")
    assert not keyed.is_in()


def test_an_answer_given_in_another_browser_counts_for_nothing(keyed, another, key):
    mine, theirs = passkey_form(keyed, key), another.app.get("/sign-in").forms["passkey"]
    theirs["challenge"], theirs["credential"] = mine["challenge"].value, mine["credential"].value
    theirs.submit()
    assert not another.is_in()


def test_an_answer_later_than_five_minutes_counts_for_nothing(keyed, person, key, clock):
    form = second_step(keyed, person, key)
    clock.advance(minutes=5)
    assert form.submit(expect_errors=True).status_int == 422
    assert not keyed.is_in()


def test_a_copied_key_is_found_out_by_its_counter(keyed, person, key):
    second_step(keyed, person, key).submit()
    keyed.app.reset()
    key.count -= 1
    assert second_step(keyed, person, key).submit(expect_errors=True).status_int == 422


def test_an_answer_for_a_false_page_counts_for_nothing(keyed, person, key):
    key.origin = "https://cpms.elsewhere.invalid"
    assert second_step(keyed, person, key).submit(expect_errors=True).status_int == 422
    assert not keyed.is_in()


def test_the_key_of_somebody_else_does_not_open_my_account(keyed, person, registry):
    foreign = SoftKey(relying_party(registry).origin)
    foreign.user = person.__name__.encode()
    assert second_step(keyed, person, foreign).submit(expect_errors=True).status_int == 422
    passkey_form(keyed, foreign).submit()
    assert not keyed.is_in()


def test_one_key_is_added_once(visitor, person, key, clock):
    visitor.enter(person, clock)
    assert add(visitor, person, key).status_int == 303
    assert add(visitor, person, key, "Again").status_int == 422


def test_the_owner_gets_a_mail_about_a_new_key(visitor, person, key, clock, registry):
    visitor.enter(person, clock)
    add(visitor, person, key)
    mail = registry.getUtility(IMailer).outbox[-1]
    assert mail.recipients == [person.mail]
    assert "key or passkey was added" in mail.body


def test_a_key_that_was_removed_opens_nothing(visitor, person, key, clock):
    visitor.enter(person, clock)
    add(visitor, person, key)
    path = f"/people/{person.__name__}/remove-key"
    page = visitor.app.get(path, {"key": key.credential_id.hex()})
    next(form for form in page.forms.values() if form.action == path).submit()
    visitor.app.reset()
    assert visitor.give_password(person.mail, PASSWORD).location.endswith("/sign-in/code")
    passkey_form(visitor, key).submit()
    assert not visitor.is_in()


def test_a_delicate_page_takes_a_key(keyed, person, key, clock):
    second_step(keyed, person, key).submit()
    clock.advance(minutes=11)
    path = f"/people/{person.__name__}/add-key"
    asked = keyed.app.get(path)
    assert "/prove?next=" in asked.location
    page = keyed.app.get(asked.location.replace("/prove?", "/prove-key?"))
    form = page.forms["form"]
    form["credential"] = key.get(options_on(page))
    assert form.submit().location.endswith(path)
    assert keyed.app.get(path).status_int == 200


@pytest.fixture
def coordinators_need_keys(registry):
    """The site asks coordinators for a key."""
    before = setting(registry, "cpms.identity.hardware_roles")
    registry.cpms_settings["cpms.identity.hardware_roles"] = roles_in("coordinator")
    yield
    registry.cpms_settings["cpms.identity.hardware_roles"] = before


def test_who_must_have_a_key_sets_one_up_before_anything_else(
    visitor, root, registry, key, clock, coordinators_need_keys
):
    network = root["networks"]["rare-liver"]
    boss = make_person(root, registry, secret=SECRET, role=Role.COORDINATOR, node=network)
    visitor.give_password(boss.mail, PASSWORD)
    answer = visitor.give_code(code_now(clock))
    assert answer.location.endswith("/sign-in/first-key")
    assert not visitor.is_in()
    page = visitor.app.get("/sign-in/first-key")
    form = page.forms["form"]
    form["name"], form["credential"] = "Key ring", key.create(options_on(page))
    codes = form.submit()
    next(f for f in codes.forms.values() if f.action.endswith("/recovery-codes")).submit()
    assert visitor.is_in()
    visitor.app.reset()
    clock.advance(seconds=30)
    second_step(visitor, boss, key)
    assert visitor.app.get("/sign-in/code").location.endswith("/sign-in/key")
    code = {"code": code_now(clock)}
    code["csrf_token"] = visitor.app.get("/sign-in/key").forms["form"]["csrf_token"].value
    assert visitor.app.post("/sign-in/code", code).location.endswith("/sign-in/key")
    assert not visitor.is_in()


def test_the_page_for_the_first_key_is_closed_to_who_showed_only_a_password(visitor, person):
    visitor.give_password(person.mail, PASSWORD)
    assert visitor.app.get("/sign-in/first-key").location.endswith("/sign-in")


@given(st.text() | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_whatever_a_browser_sends_is_read_without_failing(sent):
    assert isinstance(parsed(sent), dict)


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", '{"rawId": 5}', '{"rawId": "é", "response": {}}', "[" * 5000]
)
def test_rubbish_instead_of_an_answer_is_refused(keyed, person, key, credential):
    form = second_step(keyed, person, key)
    form["credential"] = credential
    assert form.submit(expect_errors=True).status_int == 422
    form = passkey_form(keyed, key)
    form["credential"] = credential
    assert form.submit().location.endswith("/sign-in")
