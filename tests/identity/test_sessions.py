"""Sessions: seen, ended one by one, and ended with what makes them unsafe."""

from __future__ import annotations

import pytest

from tests.factories.people import PASSWORD, code_for

NEW = "violet kettle harbour nine"


def sessions_shown(visitor):
    """Return the words of the sessions on the account page, this one first."""
    page = visitor.app.get("/account").follow()
    section = page.html.find("section", {"aria-labelledby": "sessions"})
    return [item.text for item in section.select(".listing-item")]


@pytest.fixture
def both(visitor, another, login, clock):
    """One person signed in with two browsers."""
    visitor.sign_in(login)
    clock.advance(minutes=1)
    another.app.extra_environ["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone) CriOS/140"
    another.sign_in(login)
    return visitor, another


def test_both_browsers_are_listed_and_this_one_is_marked(both):
    visitor, another = both
    shown = sessions_shown(visitor)
    assert len(shown) == 2
    assert "Chrome on iPhone" in shown[0]
    assert "Firefox on Linux" in shown[1]
    assert "This one" in shown[1]
    assert "This one" in sessions_shown(another)[0]


def test_ending_one_session_ends_the_other_browser_only(both):
    visitor, another = both
    page = visitor.app.get("/account").follow()
    form = next(one for one in page.forms.values() if one.action.endswith("/end-session"))
    assert form.submit().status_int == 303
    assert not another.is_in()
    assert visitor.is_in()


def test_ending_all_others_keeps_this_one(both, site):
    visitor, another = both
    page = another.app.get("/account").follow()
    form = next(one for one in page.forms.values() if one.action.endswith("/end-other-sessions"))
    form.submit()
    assert another.is_in()
    assert not visitor.is_in()


def test_nobody_ends_a_session_of_somebody_else(both, browser_of, root):
    visitor, _another = both
    stranger = browser_of("rareliverguest")
    page = visitor.app.get("/account").follow()
    form = next(one for one in page.forms.values() if one.action.endswith("/end-session"))
    key = form["session"].value
    person = root["people"].person_of_login("rareliverguest")
    own = f"/people/{person.__name__}"
    token = stranger.get(f"{own}/account").forms["choose-theme"]["csrf_token"].value
    sent = {"csrf_token": token, "session": key}
    assert stranger.post(f"{own}/end-session", sent, expect_errors=True).status_int == 404
    assert stranger.post(form.action, sent, expect_errors=True).status_int == 404
    assert len(sessions_shown(visitor)) == 2


def test_a_session_ends_after_half_an_hour_without_use(visitor, login, clock):
    visitor.sign_in(login)
    clock.advance(minutes=29)
    assert visitor.is_in()
    clock.advance(minutes=29)
    assert visitor.is_in()
    clock.advance(minutes=31)
    assert not visitor.is_in()


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(visitor, login, clock):
    visitor.sign_in(login)
    for _number in range(36):
        clock.advance(minutes=20)
        assert visitor.is_in()
    clock.advance(minutes=1)
    assert not visitor.is_in()


def test_a_fresh_proof_does_not_make_the_session_last_longer(visitor, login, clock):
    visitor.sign_in(login)
    for _number in range(35):
        clock.advance(minutes=20)
        assert visitor.is_in()
    visitor.give_code(code_for(visitor.site.registry, login), path="/prove")
    clock.advance(minutes=21)
    assert not visitor.is_in()


def test_an_altered_cookie_is_no_session(visitor, login):
    visitor.sign_in(login)
    session_id, used, signature = visitor.app.cookies["cpms"].split(".")
    for altered in (
        f"{session_id}.{int(used) + 9}.{signature}",
        f"9{session_id}.{used}.{signature}",
        f"{session_id}.{used}.{signature[:-1]}x",
        f"{session_id}.{used}",
        "",
    ):
        visitor.keep_only(altered)
        assert not visitor.is_in()


def test_a_new_password_ends_all_other_sessions(visitor, another, person, clock):
    for one in (visitor, another):
        one.enter(person, clock)
    form = visitor.app.get(f"/people/{person.__name__}/password").forms["form"]
    form["old"], form["new"], form["again"] = PASSWORD, NEW, NEW
    assert form.submit().status_int == 303
    assert visitor.is_in()
    assert not another.is_in()
    assert another.give_password(person.mail, PASSWORD).status_int == 422
    assert another.give_password(person.mail, NEW).status_int == 303
