"""Sign-ins that stand out are told to the owner by mail: after failures, half way, after long."""

from __future__ import annotations

import shutil
from email import message_from_bytes

import pytest
from pyramid_mailer.interfaces import IMailer
from webtest import TestApp

from cpms_portal.core.settings import setting
from tests import ground
from tests.factories.people import PASSWORD
from tests.served import free_port

pytestmark = pytest.mark.storages("filestorage")  # what is told does not depend on the storage
AFTER_FAILURES, HALF_WAY = "after several tries had failed", "failed at the second step"
AFTER_LONG = "first time in three months"


@pytest.fixture
def told(registry, person):
    """Return what was told to the person: how many mails say a phrase."""
    outbox = registry.getUtility(IMailer).outbox
    outbox.clear()
    return lambda words: sum(words in one.body for one in outbox if person.mail in one.recipients)


@pytest.mark.parametrize(("failures", "mails"), [(0, 0), (2, 0), (3, 1), (4, 1)])
def test_a_sign_in_after_several_failures_is_told(visitor, person, told, clock, failures, mails):
    for _number in range(failures):
        visitor.give_password(person.mail, "not this one at all")
    visitor.enter(person, clock)
    assert told(AFTER_FAILURES) == mails


def test_failures_at_an_unknown_name_are_told_to_nobody(visitor, registry, person, told):
    for _number in range(4):
        visitor.give_password("nobody@clinic.invalid", "not this one at all")
    assert not registry.getUtility(IMailer).outbox


def test_who_fails_at_the_second_step_alone_is_told_once_a_day(visitor, person, told, clock):
    visitor.give_password(person.mail, PASSWORD)
    for _number in range(2):
        visitor.give_code("000000")
    assert not told(HALF_WAY)
    for _number in range(3):
        visitor.give_code("000000")
    assert told(HALF_WAY) == 1, "though nothing of a refused try is stored"
    clock.advance(days=1, minutes=1)
    visitor.give_password(person.mail, PASSWORD)
    for _number in range(3):
        visitor.give_code("000000")
    assert told(HALF_WAY) == 2


def test_a_wrong_password_alone_is_told_to_nobody(visitor, person, told):
    """Whoever tries names must not learn which exist from mail or time; the history shows it."""
    for _number in range(5):
        visitor.give_password(person.mail, "not this one at all")
    assert not told("")


@pytest.mark.parametrize(("days", "mails"), [(89, 0), (91, 1)])
def test_a_sign_in_after_three_months_is_told(visitor, person, told, clock, days, mails):
    visitor.enter(person, clock)
    visitor.app.reset()
    clock.advance(days=days)
    visitor.enter(person, clock)
    assert told(AFTER_LONG) == mails


def test_the_mail_of_a_refused_try_is_kept_for_the_mail_server(born, tmp_path):
    """The real mailer keeps it at once; a mail of a request that stores nothing would be lost."""
    var = tmp_path / "var"
    shutil.copytree(born, var)
    more = {"cpms.mail.way": "smtp", "mail.host": "127.0.0.1", "mail.port": str(free_port())}
    portal = ground.start(ground.file_uri(var), var, "filestorage", **more)
    try:
        browser = TestApp(portal.wsgi, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
        form = browser.get("/sign-in").forms["form"]
        form["login"] = "rareliverhpuser1"
        form["password"] = setting(portal.registry, "cpms.training.password")
        page = form.submit().follow()
        for _number in range(3):
            page.forms["form"]["code"] = "000000"
            page = page.forms["form"].submit(status=422)
        kept = [message_from_bytes(one.read_bytes()) for one in (var / "mail" / "new").iterdir()]
        assert [one["To"] for one in kept] == ["rareliverhpuser1@training.invalid"]
        assert HALF_WAY in kept[0].get_payload(decode=True).decode()
    finally:
        portal.close()
