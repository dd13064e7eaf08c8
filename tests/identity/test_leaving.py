"""Delete my account: everything ends at once, and what was written stays under its name."""

from __future__ import annotations

import pytest
from pyramid_mailer.interfaces import IMailer

from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import oid_of
from cpms_portal.networks.queries import memberships_of
from tests.factories.people import PASSWORD, SECRET, make_person


def leave(visitor, person):
    """Fill in the form."""
    form = visitor.app.get(f"/people/{person.__name__}/delete-account").forms["form"]
    form["sure"] = True
    return form.submit(expect_errors=True)


@pytest.fixture
def person(visitor, root, registry, clock):
    """Somebody signed in."""
    made = make_person(root, registry, secret=SECRET, name="Ylva Fort")
    visitor.enter(made, clock)
    return made


def test_the_account_is_gone_and_the_name_stays(visitor, person, root, registry, browser_of):
    mail = person.mail
    registry.getUtility(IMailer).outbox.clear()
    assert leave(visitor, person).status_int == 303
    assert not visitor.is_in()
    assert "was deleted" in registry.getUtility(IMailer).outbox[-1].body
    assert visitor.give_password(mail, PASSWORD).status_int == 422
    root._p_jar.sync()
    assert (person.title, person.mail, person.account) == ("Ylva Fort", "", None)
    assert root["people"].person_of_login(mail) is None
    page = browser_of("siteadmin").get("/people/?state=closed")
    assert "Ylva Fort" in page.text
    # The address is free again.
    assert visitor.app.get("/create-account").status_int == 200


def test_who_works_somewhere_ends_there_and_contributions_keep_the_name(
    visitor, login, root, registry
):
    visitor.sign_in(login)
    person = root["people"].person_of_login(login)
    title, name = person.title, person.__name__
    assert leave(visitor, person).status_int == 303
    root._p_jar.sync()
    left = root["people"][name]
    assert left.title == title
    assert left.grants.held == ()
    states = {one.state for one in memberships_of(left, system_actor(registry))}
    assert states <= {"ended", "withdrawn", "rejected"}
    assert oid_of(left) == oid_of(person)


def test_without_the_tick_nothing_happens(visitor, person):
    form = visitor.app.get(f"/people/{person.__name__}/delete-account").forms["form"]
    assert form.submit(expect_errors=True).status_int == 422
    assert visitor.is_in()


def test_it_needs_a_fresh_proof(visitor, person, clock):
    clock.advance(minutes=11)
    path = f"/people/{person.__name__}/delete-account"
    assert "/prove?" in visitor.app.get(path).location


def test_nobody_deletes_the_account_of_somebody_else(person, browser_of):
    for who in ("siteadmin", "rarelivercoordinator"):
        path = f"/people/{person.__name__}/delete-account"
        assert browser_of(who).get(path, status="*").status_int == 404
