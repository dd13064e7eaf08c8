"""Accounts of one's own: asked for by anybody, made by who reads the mail, once."""

from __future__ import annotations

import hashlib
import itertools
import re
import threading

import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st
from pyramid_mailer.interfaces import IMailer

from cpms_portal.identity.queries.front_desk import (
    BITS,
    STORE,
    challenge_counts,
    is_worked_out,
    new_challenge,
    question_of,
)
from tests.factories.people import PASSWORD, code_now, make_person

NEW = "violet kettle harbour nine"
_MAILS = (f"new{number}@clinic.invalid" for number in itertools.count(1))


@pytest.fixture
def mail():
    """An address nobody used."""
    return next(_MAILS)


@pytest.fixture(autouse=True)
def nothing_asked(site):
    """No earlier test asked for anything."""
    with site.connection() as connection:
        connection.root().pop(STORE, None)
        transaction.commit()


@pytest.fixture
def mails(registry):
    """What was sent since the test began."""
    outbox = registry.getUtility(IMailer).outbox
    outbox.clear()
    return outbox


def work_out(challenge):
    """Do what the script in the page does."""
    return next(str(n) for n in itertools.count() if is_worked_out(challenge, str(n)))


def ask(visitor, mail, *, path="/create-account", again=None, **typed):
    """Ask for an account as a person without script does."""
    form = visitor.app.get(path).forms["form"]
    values = {"mail": mail}
    if path == "/create-account":
        values |= {"first_name": "Maren", "last_name": "Talweide", "mail_again": again or mail}
        form["privacy"] = True
    asked = question_of(visitor.site.registry, form["challenge"].value)
    values |= {"answer": str(asked.answer)} | typed
    for name, value in values.items():
        form[name] = value
    return form.submit(expect_errors=True)


def link_in(message):
    """Return the path of the link in a mail."""
    return re.search(r"http://[^/]+(/\S+)", message.body)[1]


def choose(visitor, path, password=NEW):
    """Choose a password with a link."""
    form = visitor.app.get(path).forms["form"]
    form["new"], form["again"] = password, password
    return form.submit(expect_errors=True)


def is_gone(visitor, path):
    """Say whether a link leads to asking for another."""
    answer = visitor.app.get(path, expect_errors=True)
    return answer.status_int == 303 and answer.location.endswith("/create-account")


def test_from_nothing_to_the_first_page(visitor, mails, mail, clock):
    assert ask(visitor, mail).location.endswith("/create-account?sent=yes")
    assert [sent.recipients for sent in mails] == [[mail]]
    assert choose(visitor, link_in(mails[0])).location.endswith("/sign-in")
    assert visitor.give_password(mail, NEW).location.endswith("/sign-in/device")
    page = visitor.app.get("/sign-in/device")
    secret = page.html.select_one(".device-setup-secret").text.replace(" ", "")
    page.forms["form"]["name"] = "Phone"
    page.forms["form"]["code"] = code_now(clock, secret)
    codes = page.forms["form"].submit()
    onward = next(f for f in codes.forms.values() if f.action.endswith("/recovery-codes"))
    answer = onward.submit()
    assert answer.location.endswith("/welcome")
    assert "nobody else can use it" in answer.follow().text


def test_nobody_is_made_before_the_link_is_used(visitor, mails, mail, root):
    ask(visitor, mail)
    root._p_jar.sync()
    assert root["people"].person_of_login(mail) is None


def test_a_link_works_once(visitor, mails, mail):
    ask(visitor, mail)
    path = link_in(mails[0])
    assert choose(visitor, path).status_int == 303
    assert is_gone(visitor, path)


def test_a_link_ends_after_a_day(visitor, mails, mail, clock):
    ask(visitor, mail)
    clock.advance(hours=23, minutes=59)
    assert visitor.app.get(link_in(mails[0])).status_int == 200
    clock.advance(minutes=1)
    assert is_gone(visitor, link_in(mails[0]))


def test_an_altered_link_leads_nowhere(visitor, mails, mail):
    ask(visitor, mail)
    path = link_in(mails[0])
    other = "A" if path[-1] != "A" else "B"
    for wrong in (path[:-1], path + "x", "/create-account/" + "A" * 32, path[:-1] + other):
        assert is_gone(visitor, wrong)


def test_a_second_link_for_an_address_ends_with_the_first(visitor, mails, mail):
    ask(visitor, mail)
    ask(visitor, mail)
    choose(visitor, link_in(mails[0]))
    assert is_gone(visitor, link_in(mails[1]))


def test_two_who_use_one_link_at_once_make_one_account(visitor, another, mails, mail, site):
    ask(visitor, mail)
    forms = [who.app.get(link_in(mails[0])).forms["form"] for who in (visitor, another)]
    led_to = []

    def send(form):
        form["new"], form["again"] = NEW, NEW
        led_to.append(form.submit(expect_errors=True).location)

    threads = [threading.Thread(target=send, args=(form,)) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([path for path in led_to if path and path.endswith("/sign-in")]) == 1
    with site.connection() as connection:
        people = connection.root()["app_root"]["people"]
        assert len([one for one in people.values() if one.mail == mail]) == 1


def test_a_known_address_gets_the_same_answer_and_another_mail(
    visitor, mails, mail, root, registry
):
    person = make_person(root, registry)
    mails.clear()
    unknown, known = ask(visitor, mail), ask(visitor, person.mail)
    assert unknown.location == known.location
    assert list(unknown.headers) == list(known.headers)
    said = [one.body for one in mails]
    assert "You have one already" in said[1]
    assert "/create-account/" not in said[1]


@pytest.mark.parametrize("path", ["/create-account", "/forgotten-password"])
def test_a_known_address_is_filed_and_counted_like_an_unknown_one(
    visitor, mails, mail, root, registry, site, path
):
    person = make_person(root, registry)
    mails.clear()
    for number, address in enumerate((mail, person.mail), start=1):
        ask(visitor, address, path=path)
        with site.connection() as connection:
            desk = connection.root()[STORE]
            assert len(desk.wanted) == number
            assert f"to {address}" in desk.mailed
    assert len(mails) == 2


def test_an_address_gets_three_mails_an_hour(visitor, mails, mail, clock):
    answers = {ask(visitor, mail).location for _number in range(5)}
    assert len(answers) == 1
    assert len(mails) == 3
    clock.advance(hours=1)
    ask(visitor, mail)
    assert len(mails) == 4


def test_a_network_that_asks_too_often_has_to_wait(visitor, another, mails, clock):
    for _number in range(30):
        assert ask(visitor, next(_MAILS)).status_int == 303
    assert "too many" in ask(visitor, next(_MAILS)).text
    assert ask(another, next(_MAILS)).status_int == 303
    clock.advance(hours=1)
    assert ask(visitor, next(_MAILS)).status_int == 303


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"again": "other@clinic.invalid"}, "mail_again"),
        ({"first_name": ""}, "first_name"),
        ({"answer": "robot"}, "answer"),
        ({"answer": ""}, "answer"),
        ({"privacy": False}, "privacy"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_nothing_is_sent(
    visitor, mails, mail, typed, field
):
    answer = ask(visitor, mail, **typed)
    assert answer.status_int == 422
    assert answer.html.find(id=f"form-{field}-error") is not None
    assert not mails


def test_work_of_the_browser_answers_as_well_as_the_word(visitor, mails, mail):
    challenge = visitor.app.get("/create-account").forms["form"]["challenge"].value
    form = visitor.app.get("/create-account").forms["form"]
    challenge = form["challenge"].value
    answer = ask(visitor, mail, answer="", challenge=challenge, number=work_out(challenge))
    assert answer.status_int == 303


def test_one_proof_counts_once(visitor, mails, mail):
    form = visitor.app.get("/forgotten-password").forms["form"]
    challenge = form["challenge"].value
    number = work_out(challenge)
    sent = {"path": "/forgotten-password", "answer": "", "number": number, "challenge": challenge}
    assert ask(visitor, mail, **sent).status_int == 303
    assert ask(visitor, mail, **sent).status_int == 422


def test_a_proof_counts_for_two_hours(visitor, registry, clock):
    challenge = new_challenge(registry)
    clock.advance(minutes=119)
    assert challenge_counts(registry, challenge)
    clock.advance(minutes=1)
    assert not challenge_counts(registry, challenge)


def test_a_challenge_from_elsewhere_counts_for_nothing(registry):
    nonce, until, signature = new_challenge(registry).split(".")
    for made in (f"{nonce}.{int(until) + 1}.{signature}", f"{nonce}.{until}.{'0' * 64}", "", ".."):
        assert not challenge_counts(registry, made)


@given(st.text(max_size=20))
def test_only_a_number_whose_digest_begins_with_zeros_is_work(number):
    digest = hashlib.sha256(f"x.{number}".encode()).hexdigest()
    plain = number.isascii() and number.isdigit() and len(number) <= 15
    assert is_worked_out("x", number) == (plain and digest.startswith("0" * (BITS // 4)))


def test_a_forgotten_password_is_replaced_and_the_second_factor_stays(
    visitor, person, mails, clock
):
    mails.clear()
    ask(visitor, person.mail, path="/forgotten-password")
    choose(visitor, link_in(mails[0]))
    assert visitor.give_password(person.mail, PASSWORD).status_int == 422
    assert visitor.give_password(person.mail, NEW).location.endswith("/sign-in/code")
    assert not visitor.is_in()
    assert visitor.app.get("/sign-in/device").location.endswith("/sign-in/code")
    assert visitor.give_code(code_now(clock)).status_int == 303


def test_a_forgotten_password_of_nobody_is_told_to_that_mailbox_only(visitor, mails, mail):
    answer = ask(visitor, mail, path="/forgotten-password")
    assert answer.location.endswith("/forgotten-password?sent=yes")
    assert "no account can be used" in mails[0].body
    assert "/set-password/" not in mails[0].body


def test_a_closed_account_gets_no_link(visitor, mails, root, registry):
    person = make_person(root, registry)
    mails.clear()
    person.state = "disabled"
    transaction.commit()
    ask(visitor, person.mail, path="/forgotten-password")
    assert "/set-password/" not in mails[0].body


def test_the_secret_of_a_link_is_not_stored(visitor, mails, mail, site):
    ask(visitor, mail)
    secret = link_in(mails[0]).rpartition("/")[2]
    with site.connection() as connection:
        assert secret not in list(connection.root()[STORE].wanted)
