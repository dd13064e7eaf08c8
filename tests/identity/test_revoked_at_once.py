"""Signed in and revoked at the same moment: no session slips through, whichever comes first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import transaction

from cpms_portal.core.resources import oid_of
from cpms_portal.core.settings import setting
from cpms_portal.identity import actions
from cpms_portal.identity.views import sign_in
from cpms_portal.security import sessions
from tests.factories.people import PASSWORD, code_now
from tests.identity.keys import add, passkey_form
from tests.identity.outside import send_on
from tests.identity.phones import ask_for_code, go_in, number_on, phone_form, token_on
from tests.identity.sources import electronic_identity, eu_login, go, link, switched_on

#: How a session is opened here, and how all of a person are ended.
SOURCES = {"cas": "eulogin", "openid": "openid"}
WAYS = ["code", "passkey", "phone", "trusted", *SOURCES]
ENDINGS = ["disable", "panic", "end-sessions"]
PATIENCE = 30
DAYS = "cpms.identity.trusted_days"


class Pause:
    """Stops the first request that comes to a place, with nothing committed, until it may go on."""

    def __init__(self, does):
        self.does = does
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __call__(self, *args, **kw):
        """Do what is done there, and wait."""
        answer = self.does(*args, **kw)
        if not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(PATIENCE)
        return answer


@pytest.fixture
def person(person, registry, another, key, clock):
    """Somebody with a password, an app and a passkey, not signed in."""
    before = setting(registry, DAYS)
    registry.cpms_settings[DAYS] = 7
    another.enter(person, clock)
    assert add(another, person, key).status_int == 303
    another.app.reset()
    yield person
    registry.cpms_settings[DAYS] = before


def code_form(visitor, person, clock):
    """Return the second step, filled in with the code of now."""
    clock.advance(seconds=30)
    visitor.give_password(person.mail, PASSWORD)
    form = visitor.app.get("/sign-in/code").forms["form"]
    form["code"] = code_now(clock)
    return form


def last_press(way, visitor, phone, person, key, clock):
    """Take all steps of a way in but the last; return that."""
    if way == "code":
        return code_form(visitor, person, clock).submit
    if way == "passkey":
        return passkey_form(visitor, key).submit
    if way == "phone":
        page = ask_for_code(visitor)
        phone_form(phone, token_on(page), key, number_on(page)).submit()
        return lambda: go_in(visitor, page)
    form = code_form(visitor, person, clock)
    form["trust"] = True
    form.submit()
    trusted = visitor.app.cookies["cpms-trusted"]
    visitor.app.reset()
    visitor.app.set_cookie("cpms-trusted", trusted)
    return lambda: visitor.give_password(person.mail, PASSWORD)


@pytest.fixture
def back_from(request, registry, served, outside, person, tmp_path, clock):
    """Return how somebody comes back from a server outside, all but the last press."""
    with ExitStack() as sources:

        def begin(way, visitor):
            if way == "openid":
                clock.time = datetime.now(UTC)  # a real provider writes the real time
                issuer = request.getfixturevalue("issuer")
                source = electronic_identity(issuer, tmp_path, clock)
            else:
                source = eu_login(request.getfixturevalue("cas_address"))
            sources.enter_context(switched_on(registry, served, source))
            name, user = SOURCES[way], f"medium-{person.__name__.lower()}"
            link(person, registry, name, user)
            address = go(visitor, f"/sign-in/with/{name}")
            proof = {"as": user, "acr": "high"}
            cas = way == "cas"
            back = outside.cas(address, user) if cas else outside.openid(address, **proof)
            page = visitor.app.get(back)
            clock.advance(seconds=1)  # the real clock never stands still
            return lambda: send_on(page)

        yield begin


@pytest.fixture
def one_step_before(another, person, key, clock, back_from):
    """Return how the last step of a way in is taken; the phone is another browser."""

    def prepare(way, visitor):
        if way in SOURCES:
            return back_from(way, visitor)
        return last_press(way, visitor, another, person, key, clock)

    return prepare


@pytest.fixture
def ending(browser_of, site, person, clock):
    """Return how all sessions of the person are ended: by an administrator, or by PANIC."""

    def prepare(how):
        app = browser_of(person.mail if how == "panic" else "siteadmin")
        place = f"/people/{person.__name__}"
        if how == "end-sessions":
            page = app.get(f"{place}/administer")
            form = next(f for f in page.forms.values() if f.action.endswith("/end-sessions"))
        else:
            form = app.get(f"{place}/{how}").forms["form"]
        if how == "disable":
            form["reason"] = "A stolen telephone."
        return lambda: form.submit(status="*")

    return prepare


def alive(site, person):
    """Return the sessions proper that are kept for a person."""
    with site.connection() as connection:
        transaction.begin()
        found = sessions.of_person(connection.root()[sessions.STORE], oid_of(person))
        return [key for key, record in found if record.level == sessions.FULL]


@pytest.fixture
def nobody_is_in(site, person, browser_of):
    """Say whether nothing lives: no session is kept, and none comes back with the account."""

    def look(*browsers):
        kept, inside = alive(site, person), [one for one in browsers if one.is_in()]
        page = browser_of("siteadmin").get(f"/people/{person.__name__}/enable", status="*")
        if "form" in page.forms:
            page.forms["form"]["reason"] = "The telephone was found."
            page.forms["form"].submit(status="*")
        return not kept and not inside and not [one for one in browsers if one.is_in()]

    return look


#: Who waits, just before the sessions are changed, while the other is quicker; and how they end.
WAITS = [("entering", "disable"), ("entering", "panic"), *(("ending", how) for how in ENDINGS)]
PLACES = {"entering": (sign_in, "open_session"), "ending": (actions, "end_sessions")}


@pytest.mark.parametrize(("waits", "how"), WAITS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("several_processes")
def test_who_is_let_in_while_all_sessions_end_is_out_whoever_is_quicker(
    way, waits, how, visitor, one_step_before, ending, nobody_is_in, monkeypatch
):
    steps = {"entering": one_step_before(way, visitor), "ending": ending(how)}
    (quick,) = set(steps) - {waits}
    place, name = PLACES[waits]
    pause, answers = Pause(getattr(place, name)), {}
    monkeypatch.setattr(place, name, pause)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(steps[waits])
        assert pause.reached.wait(PATIENCE)
        answers[quick] = steps[quick]()
        assert quick == "ending" or visitor.is_in()
        pause.go_on.set()
        answers[waits] = waiting.result()
    monkeypatch.setattr(place, name, pause.does)
    assert answers["ending"].status_int == 303
    assert answers["entering"].status_int < 500
    assert nobody_is_in(visitor)


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.parametrize("way", ["phone", *SOURCES])
def test_what_was_shown_elsewhere_before_all_sessions_ended_opens_nothing(
    way, how, visitor, one_step_before, ending, nobody_is_in
):
    press = one_step_before(way, visitor)
    assert ending(how)().status_int == 303
    assert nobody_is_in(visitor)
    press()
    assert not visitor.is_in()


@pytest.fixture(params=["one process", "several"])
def crowd_of(request, site, visitor, person, clock):
    """Return browsers that stand before the door, and one that is in."""
    if request.param == "several":
        request.getfixturevalue("several_processes")
    inside, *browsers = (type(visitor)(site, f"192.0.2.{number}") for number in range(20, 26))
    inside.enter(person, clock)
    return browsers, inside


@pytest.mark.parametrize("how", ["disable", "panic"])
def test_of_many_who_come_in_while_an_account_is_closed_nobody_stays(
    how, crowd_of, one_step_before, ending, nobody_is_in
):
    browsers, inside = crowd_of
    ways = ["phone", "phone", "passkey", "passkey", "code"]
    presses = [one_step_before(way, one) for way, one in zip(ways, browsers, strict=True)]
    press_end, start = ending(how), threading.Barrier(len(presses) + 1)

    def at_the_start(press):
        start.wait(PATIENCE)
        return press()

    def end_it():
        start.wait(PATIENCE)
        while (answer := press_end()).status_int >= 500:
            pass
        return answer

    with ThreadPoolExecutor(len(presses) + 1) as threads:
        coming = [threads.submit(at_the_start, press) for press in presses]
        assert threads.submit(end_it).result().status_int == 303
        for one in coming:
            one.exception()
    assert nobody_is_in(inside, *browsers)
