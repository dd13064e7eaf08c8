"""A sign-in in a browser not seen before is told; last use and time zone stand in my account."""

from __future__ import annotations

import pytest
from pyramid_mailer.interfaces import IMailer

from cpms_portal.security.last_use import LastUses
from tests.factories.people import SECRET, make_person


@pytest.fixture
def told(registry, person):
    """The mails about a new browser."""
    box = registry.getUtility(IMailer).outbox
    box.clear()
    return lambda: [one for one in box if "not used before" in one.body.replace("\n", " ")]


def sign_out(visitor):
    """Leave; the browser keeps its other cookies."""
    form = next(f for f in visitor.app.get("/welcome").forms.values() if "sign-out" in f.action)
    form.submit()


def sessions_on(page):
    """Return what my account says of sessions."""
    return page.html.find(id="sessions").find_next("ul").text


def test_the_owner_hears_of_a_browser_not_seen_before_and_of_no_other(
    visitor, another, person, told, clock
):
    visitor.enter(person, clock)
    assert told() == []
    sign_out(visitor)
    visitor.enter(person, clock)
    assert told() == []
    another.enter(person, clock)
    assert [one.recipients for one in told()] == [[person.mail]]
    sign_out(another)
    another.enter(person, clock)
    assert len(told()) == 1


def test_a_browser_that_brings_the_name_of_another_account_is_still_new(
    visitor, another, person, root, registry, told, clock
):
    visitor.enter(person, clock)
    other = make_person(root, registry, secret=SECRET)
    another.enter(other, clock)
    sign_out(another)
    another.enter(person, clock)
    assert len(told()) == 1


def test_last_use_is_shown_and_the_object_database_stays_as_it_is(visitor, person, clock, site):
    visitor.enter(person, clock)
    path = f"/people/{person.__name__}/account"
    with site.connection() as connection:
        before = connection.db().lastTransaction()
        assert (
            "last used" not in visitor.app.get(path).html.find(id="sessions").find_next("ul").text
        )
        clock.advance(minutes=5)
        visitor.app.get(path)
        shown = visitor.app.get(path).html.find(id="sessions").find_next("ul").text
        assert "last used" in shown
        assert connection.db().lastTransaction() == before


def test_a_file_that_is_busy_costs_a_note_and_no_page(tmp_path, clock):
    one, other = LastUses(tmp_path / "f"), LastUses(tmp_path / "f")
    one._database.execute("BEGIN IMMEDIATE")
    other.note("key", clock())
    one._database.rollback()
    assert one.of(["key"]) == {}
    other.note("key", clock())
    assert one.of(["key", "another"]) == {"key": clock()}
    one.close()
    other.close()


def test_times_are_shown_in_the_zone_of_the_reader(visitor, person, clock):
    visitor.enter(person, clock)
    own = f"/people/{person.__name__}"
    assert "13:00" in visitor.app.get(f"{own}/account").text
    form = visitor.app.get(f"{own}/language").forms["form"]
    form["timezone"] = "Europe/Helsinki"
    form.submit()
    page = visitor.app.get(f"{own}/account")
    assert "Europe/Helsinki" in page.text
    assert "14:00" in page.text
