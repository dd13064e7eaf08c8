"""Reminders come when a day has come, to those it concerns, and never twice."""

from __future__ import annotations

import pytest
import transaction
from pyramid_mailer.interfaces import IMailer

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import admit_member, approve, extend, request_membership
from cpms_portal.notifications.actions import remind
from cpms_portal.notifications.queries import box_of
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.factories.patients import acting_as, centre_of, person_of
from tests.factories.people import make_person

COORDINATOR = "rarelivercoordinator"
GUESTS = "/networks/rare-liver/germany/guest"


@pytest.fixture
def run(root, registry):
    """Send what is due now: how many; what was due at first is sent before the test begins."""
    remind(root, system_actor(registry))
    yield lambda: remind(root, system_actor(registry))
    transaction.abort()


@pytest.fixture
def newcomer(root, registry):
    return lambda name: make_person(root, registry, name=name)


def told(person):
    """Return the texts of a person's notices."""
    box = box_of(person)
    return [] if box is None else [one.text for one in box.notices.values()]


def test_who_decides_is_told_of_requests_that_wait_too_long_once(
    root, registry, run, newcomer, clock
):
    coordinator, foreign = person_of(root, COORDINATOR), person_of(root, "vascerncoordinator")
    before = told(foreign).count("membership.overdue")
    for name in ("Ada Wartezeit", "Bela Wartezeit"):
        person = newcomer(name)
        request_membership(centre_of(root), person, Role.HP, actor_for(registry, person))
    assert run() == 0
    clock.advance(days=4)
    assert run() == 1  # one notice, however many wait
    assert told(coordinator).count("membership.overdue") == 1
    assert told(foreign).count("membership.overdue") == before
    clock.advance(days=1)
    assert run() == 0


def test_a_guest_is_told_two_weeks_and_three_days_before_the_end(
    root, registry, run, newcomer, clock
):
    guest = newcomer("Carl Gastfreund")
    asked = request_membership(
        centre_of(root, GUESTS), guest, Role.GUEST, actor_for(registry, guest)
    )
    end = system_actor(registry).now.date().replace(month=12, day=30)
    approve(asked, acting_as(root, registry, COORDINATOR), end=end)
    clock.advance(days=23)
    run()
    assert "membership.ending" not in told(guest)
    clock.advance(days=2)
    run()
    assert told(guest).count("membership.ending") == 1
    assert told(person_of(root, COORDINATOR)).count("membership.guests_ending") == 1
    clock.advance(days=5)
    run()
    assert told(guest).count("membership.ending") == 1
    clock.advance(days=6)
    run()
    assert told(guest).count("membership.ending") == 2
    clock.advance(days=30)
    run()
    assert told(guest).count("membership.ending") == 2  # it is over: nothing to say any more


def test_an_extended_guest_is_told_before_the_new_end_again(root, registry, run, newcomer, clock):
    guest = newcomer("Dana Gastfreund")
    asked = request_membership(
        centre_of(root, GUESTS), guest, Role.GUEST, actor_for(registry, guest)
    )
    today = system_actor(registry).now.date()
    approve(asked, acting_as(root, registry, COORDINATOR), end=today.replace(day=29))
    run()
    assert told(guest).count("membership.ending") == 1
    extend(asked, acting_as(root, registry, COORDINATOR), today.replace(year=2027, month=3))
    run()
    assert told(guest).count("membership.ending") == 1
    clock.advance(days=108)
    run()
    assert told(guest).count("membership.ending") == 2


def test_the_yearly_review_is_asked_for_and_a_confirmation_puts_it_off_for_a_year(
    root, registry, run, newcomer, clock
):
    person, coordinator = newcomer("Egon Jahrgang"), person_of(root, COORDINATOR)
    membership = admit_member(centre_of(root), person, Role.HP, system_actor(registry))
    before = told(coordinator).count("membership.review")
    clock.advance(days=364)
    run()
    assert membership.reminded is None
    clock.advance(days=1)
    run()
    assert membership.reminded == membership.due
    assert told(coordinator).count("membership.review") > before
    transition(membership, "confirm", acting_as(root, registry, COORDINATOR))
    first = membership.reminded
    clock.advance(days=360)
    run()
    assert membership.reminded == first


def test_a_mail_says_nothing_of_anybody(root, registry, run, newcomer, clock):
    outbox = registry.getUtility(IMailer).outbox
    outbox.clear()
    person = newcomer("Fritzi Wartezeit")
    request_membership(centre_of(root), person, Role.HP, actor_for(registry, person))
    clock.advance(days=4)
    run()
    transaction.commit()
    bodies = [mail.body for mail in outbox if "longer than" in mail.body]
    assert bodies and not any("Fritzi" in body for body in bodies)


def test_the_verb_sends_and_a_second_run_sends_nothing(site, tmp_path, monkeypatch, capsys):
    from contextlib import contextmanager

    from pyramid.scripting import prepare

    from cpms_portal.scripts import remind as verb

    @contextmanager
    def opened(_ini):
        environment = prepare(registry=site.registry)
        try:
            yield environment
        finally:
            environment["closer"]()

    monkeypatch.setattr(verb, "opened", opened)
    options = type("Options", (), {"ini": tmp_path})()
    assert verb.run(options) == 0
    assert verb.run(options) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "reminders sent: 0"
