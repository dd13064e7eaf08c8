"""Notices: who gets one, what it says, how it is read."""

from __future__ import annotations

import pytest
import transaction
from pyramid_mailer.interfaces import IMailer

from cpms_portal.notifications.actions import KEPT, mark_read, notify
from cpms_portal.notifications.queries import box_of, notices_of, unread_count
from cpms_portal.panels.actions.steering import move
from tests.factories.panels import MEMBER, REQUESTER, STRANGER


def test_an_invitation_makes_a_notice_that_leads_to_it(cast):
    before = unread_count(cast.person(MEMBER))
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    newest = notices_of(cast(MEMBER))[0]
    assert newest.place is invitation
    assert unread_count(cast.person(MEMBER)) == before + 1


def test_an_urgent_panel_says_so(cast):
    cast.invite(cast.selection(urgent=True), MEMBER)
    assert notices_of(cast(MEMBER))[0].text.startswith("Urgent")


def test_nobody_is_told_what_they_did_themselves(cast):
    panel = cast.selection()
    assert notify(cast.person(REQUESTER), "panel.closed", panel, cast(REQUESTER)) is None


def test_a_text_nobody_registered_cannot_be_said(cast):
    panel = cast.selection()
    with pytest.raises(KeyError):
        notify(cast.person(MEMBER), "panel.something_else", panel, cast(REQUESTER))


def test_a_notice_of_what_may_not_be_seen_any_more_leads_nowhere(cast, clock):
    panel = cast.selection()
    cast.join(panel, MEMBER)
    clock.advance(minutes=1)
    move(panel, "cancel", cast(REQUESTER), reason="The patient moved.")
    newest = notices_of(cast(MEMBER))[0]
    assert newest.text == "A panel you belong to was cancelled."
    assert newest.place is None


def test_reading_is_counted_once(cast):
    cast.invite(cast.selection(), MEMBER)
    person, name = cast.person(MEMBER), notices_of(cast(MEMBER))[0].name
    assert mark_read(person, [name]) == 1
    assert mark_read(person, [name, "no-such-notice"]) == 0
    assert notices_of(cast(MEMBER))[0].read


def test_a_full_box_drops_what_was_read_first_and_never_what_is_new(cast, clock):
    panel, person = cast.selection(), cast.person(STRANGER)
    for number in range(KEPT + 5):
        clock.advance(minutes=1)
        notify(person, "panel.closed", panel, cast(REQUESTER))
        if number < 10:
            mark_read(person)
    box = box_of(person)
    assert len(box.notices) == KEPT
    assert len(box.unread) == KEPT - 5


def test_a_mail_says_that_something_waits_and_where(cast, registry):
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    transaction.commit()
    mail = registry.getUtility(IMailer).outbox[-1]
    assert mail.recipients == [cast.person(MEMBER).mail]
    assert f"/invitations/{invitation.__name__}" in mail.body


def test_the_page_shows_the_notices_and_the_header_counts_them(browser_of, cast):
    cast.invite(cast.selection(), MEMBER)
    transaction.commit()
    browser = browser_of(MEMBER)
    page = browser.get("/notices")
    page.mustcontain("You are invited to a panel")
    form = next(form for form in page.forms.values() if "notice" in form.fields)
    opened = form.submit().follow()
    opened.mustcontain("Invitation to a panel")
    all_read = next(
        form
        for form in browser.get("/notices").forms.values()
        if form.action == "/notices" and "notice" not in form.fields
    )
    assert "Mark all as read" not in all_read.submit().follow()


def test_the_page_of_notices_needs_a_sign_in(app):
    assert app.get("/notices").status_int == 303


@pytest.mark.storages("filestorage")  # RelStorage tells of the last transaction after a poll only
def test_reading_the_page_writes_nothing(browser_of, cast):
    cast.invite(cast.selection(), MEMBER)
    transaction.commit()
    browser = browser_of(MEMBER)
    signed_in = cast.root._p_jar.db().lastTransaction()
    browser.get("/notices").mustcontain("You are invited to a panel")
    assert cast.root._p_jar.db().lastTransaction() == signed_in
