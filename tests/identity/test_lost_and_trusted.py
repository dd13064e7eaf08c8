"""PANIC, the way back, and browsers that are trusted for some days."""

from __future__ import annotations

import pytest
from pyramid_mailer.interfaces import IMailer

from cpms_portal.core.settings import setting
from cpms_portal.identity.queries.keys import roles_in
from cpms_portal.security.roles import Role
from tests.factories.people import PASSWORD, SECRET, code_now, make_person

DAYS = "cpms.identity.trusted_days"


def leave(visitor):
    """Close the browser: the cookie of the session goes, others stay."""
    kept = visitor.app.cookies["cpms-trusted"]
    visitor.app.reset()
    visitor.app.set_cookie("cpms-trusted", kept)


def panic(visitor, person, *, keep=False):
    """Press the button."""
    form = visitor.app.get(f"/people/{person.__name__}/panic").forms["form"]
    form["keep_codes"] = keep
    return form.submit()


def printed_codes(visitor, person):
    """Make recovery codes and return them."""
    path = f"/people/{person.__name__}/recovery-codes"
    form = next(f for f in visitor.app.get(path).forms.values() if f.action == path)
    return [code.text for code in form.submit().html.select(".recovery-codes-list code")]


def test_panic_ends_every_session_and_every_device_at_once(visitor, another, person, clock, root):
    visitor.enter(person, clock)
    another.enter(person, clock)
    assert panic(visitor, person).location.endswith("/sign-in")
    assert not visitor.is_in()
    assert not another.is_in()
    clock.advance(seconds=30)
    visitor.give_password(person.mail, PASSWORD)
    assert visitor.give_code(code_now(clock)).status_int == 422


def test_panic_needs_no_further_proof(visitor, person, clock):
    visitor.enter(person, clock)
    clock.advance(minutes=20)
    assert panic(visitor, person).location.endswith("/sign-in")


def test_after_panic_a_password_alone_sets_up_no_new_device(visitor, person, clock):
    visitor.enter(person, clock)
    panic(visitor, person)
    assert visitor.give_password(person.mail, PASSWORD).location.endswith("/sign-in/code")
    assert visitor.app.get("/sign-in/device").location.endswith("/sign-in/code")


@pytest.mark.parametrize("keep", [True, False])
def test_after_panic_recovery_codes_count_only_when_they_were_kept(visitor, person, clock, keep):
    visitor.enter(person, clock)
    codes = printed_codes(visitor, person)
    panic(visitor, person, keep=keep)
    visitor.give_password(person.mail, PASSWORD)
    form = visitor.app.get("/sign-in/recovery").forms["form"]
    form["recovery_code"] = codes[0]
    answer = form.submit(expect_errors=True)
    assert answer.status_int == (303 if keep else 422)


def test_panic_is_told_to_the_owner(visitor, person, clock, registry):
    visitor.enter(person, clock)
    panic(visitor, person)
    mail = registry.getUtility(IMailer).outbox[-1]
    assert mail.recipients == [person.mail]
    assert "were deleted" in mail.body


def test_nobody_presses_the_button_for_somebody_else(visitor, login, person):
    visitor.sign_in(login)
    path = f"/people/{person.__name__}/panic"
    assert visitor.app.get(path, expect_errors=True).status_int == 404


@pytest.fixture
def a_week(registry):
    """The site lets browsers be trusted for a week."""
    before = setting(registry, DAYS)
    registry.cpms_settings[DAYS] = 7
    yield
    registry.cpms_settings[DAYS] = before


@pytest.fixture
def trusting(visitor, person, clock, a_week):
    """A visitor whose browser is trusted, signed out."""
    visitor.enter(person, clock, trust=True)
    leave(visitor)
    return visitor


def test_a_site_trusts_no_browser_unless_it_is_told_to(visitor, person, clock):
    visitor.give_password(person.mail, PASSWORD)
    assert "trust" not in visitor.app.get("/sign-in/code").forms["form"].fields


def test_a_trusted_browser_skips_the_code_and_not_the_password(trusting, person):
    assert trusting.give_password(person.mail, "not the password").status_int == 422
    assert not trusting.is_in()
    trusting.give_password(person.mail, PASSWORD)
    assert trusting.is_in()


def test_a_delicate_page_asks_a_trusted_browser_for_a_code(trusting, person, clock):
    clock.advance(hours=1)
    trusting.give_password(person.mail, PASSWORD)
    answer = trusting.app.get(f"/people/{person.__name__}/add-device")
    assert "/prove?next=" in answer.location


def test_trust_ends_after_its_days(trusting, person, clock):
    clock.advance(days=7)
    assert trusting.give_password(person.mail, PASSWORD).location.endswith("/sign-in/code")


def test_trust_ends_when_the_site_stops_it(trusting, person, registry):
    registry.cpms_settings[DAYS] = 0
    assert trusting.give_password(person.mail, PASSWORD).location.endswith("/sign-in/code")


def test_trust_of_one_account_is_none_of_another(trusting, root, registry):
    other = make_person(root, registry, secret=SECRET)
    assert trusting.give_password(other.mail, PASSWORD).location.endswith("/sign-in/code")


def test_an_altered_cookie_trusts_nothing(trusting, person):
    value = trusting.app.cookies["cpms-trusted"]
    for altered in (value[:-1], f"{person.__name__}.", person.__name__, "", "."):
        trusting.app.set_cookie("cpms-trusted", altered)
        assert trusting.give_password(person.mail, PASSWORD).location.endswith("/sign-in/code")


def test_trust_is_taken_back_in_my_account(trusting, person):
    trusting.give_password(person.mail, PASSWORD)
    trusting.button(f"/people/{person.__name__}/account", "/forget-browser")
    leave(trusting)
    assert trusting.give_password(person.mail, PASSWORD).location.endswith("/sign-in/code")


def test_panic_ends_trust(trusting, person):
    trusting.give_password(person.mail, PASSWORD)
    panic(trusting, person)
    trusting.give_password(person.mail, PASSWORD)
    assert not trusting.is_in()


def test_who_must_have_a_key_has_no_trusted_browser(trusting, person, registry, root):
    root._p_jar.sync()
    with_role = make_person(
        root, registry, secret=SECRET, role=Role.COORDINATOR, node=root["networks"]["rare-liver"]
    )
    registry.cpms_settings["cpms.identity.hardware_roles"] = roles_in("coordinator")
    try:
        trusting.give_password(with_role.mail, PASSWORD)
        assert "trust" not in trusting.app.get("/sign-in/code").forms["form"].fields
    finally:
        registry.cpms_settings["cpms.identity.hardware_roles"] = frozenset()
