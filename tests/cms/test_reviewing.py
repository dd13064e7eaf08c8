"""Who must review is told by mail that something waits, and who wrote a page what became of it."""

from __future__ import annotations

import pytest
import transaction
from pyramid_mailer.interfaces import IMailer

from cpms_portal.cms.actions.publishing import take_step
from cpms_portal.cms.actions.sharing import (
    share_with_group,
    share_with_person,
    unshare_group,
    unshare_person,
)
from cpms_portal.notifications.actions import mark_read
from cpms_portal.notifications.queries import unread_count
from cpms_portal.reading.actions import add_comment, allow_comments, decide_comment
from cpms_portal.security.roles import Role, principal
from tests.cms.conftest import EDITOR, OUTSIDER, REVIEWER

COORDINATOR = "rarelivercoordinator"


@pytest.fixture
def person(root):
    return root["people"].person_of_login


@pytest.fixture
def post(registry, person):
    """The mails sent since, as (recipient, body)."""
    mailer = registry.getUtility(IMailer)
    mailer.outbox.clear()
    for login in (EDITOR, REVIEWER, COORDINATOR, "vascerncoordinator", "siteadmin"):
        mark_read(person(login))

    def taken():
        transaction.commit()
        found = [(one.recipients[0], one.body) for one in mailer.outbox]
        mailer.outbox.clear()
        return found

    return taken


@pytest.fixture
def page(root, made, portal, person, post):
    """A draft in a network's library, with an editor and a reviewer who were given their roles."""
    library = root["networks"]["rare-liver"]["library"]
    share_with_person(library, person(EDITOR), "editor", portal)
    share_with_person(library, person(REVIEWER), "reviewer", portal)
    return made("page", "Secret plans for bile", into=library)


def test_a_reviewer_is_told_without_a_word_of_the_page(page, post, actor_of, person, browser_of):
    take_step(page, "submit", actor_of(EDITOR))
    ((recipient, body),) = post()
    assert recipient == person(REVIEWER).mail
    assert "waits for your review" in body
    assert "secret" not in body.lower() and "bile" not in body.lower()
    path = "/resolve/" + body.partition("/resolve/")[2].split()[0]
    assert browser_of(REVIEWER).get(path).follow().html.h1.text.strip() == page.title
    browser_of(OUTSIDER).get(path, status=404)
    assert "/sign-in" in browser_of(None).get(path).location


def test_there_is_one_mail_until_it_was_looked_at(page, post, actor_of, person, made):
    other = made("page", "Another", into=page.__parent__)
    take_step(page, "submit", actor_of(EDITOR))
    take_step(other, "submit", actor_of(EDITOR))
    assert len(post()) == 1
    assert unread_count(person(REVIEWER)) >= 2
    mark_read(person(REVIEWER))
    take_step(other, "recall", actor_of(EDITOR))
    take_step(other, "submit", actor_of(EDITOR))
    assert len(post()) == 1
    mark_read(person(REVIEWER))


@pytest.mark.parametrize("step", ["publish", "return"])
def test_who_submitted_a_page_is_told_what_became_of_it(page, post, actor_of, person, step):
    mark_read(person(EDITOR))
    take_step(page, "submit", actor_of(EDITOR))
    post()
    take_step(page, step, actor_of(REVIEWER), "Not yet.")
    ((recipient, body),) = post()
    assert recipient == person(EDITOR).mail
    assert ("was published" if step == "publish" else "was sent back") in body
    assert "Not yet" not in body


def test_who_was_not_named_is_told_only_where_nobody_was(
    page, post, actor_of, person, portal, root
):
    library = page.__parent__
    unshare_person(library, person(REVIEWER), "reviewer", portal)
    take_step(page, "submit", actor_of(EDITOR))
    told = {recipient for recipient, _body in post()}
    assert person(COORDINATOR).mail in told and person(REVIEWER).mail not in told
    mark_read(person(COORDINATOR))
    group = principal(Role.COORDINATOR, root["networks"]["vascern"].__oid__)
    share_with_group(library, group, "reviewer", portal)
    take_step(page, "recall", actor_of(EDITOR))
    take_step(page, "submit", actor_of(EDITOR))
    assert {recipient for recipient, _body in post()} == {person("vascerncoordinator").mail}
    unshare_group(library, group, "reviewer", portal)
    transaction.commit()


def test_in_the_portals_own_library_its_administrators_are(made, post, actor_of, person, office):
    page = made("page", "Of the portal")
    take_step(page, "submit", actor_of(EDITOR))
    assert person("siteadmin").mail in {recipient for recipient, _body in post()}


def test_who_reviews_is_told_of_a_comment_and_its_writer_when_it_is_shown(
    page, post, actor_of, person, portal
):
    take_step(page, "publish", portal)
    allow_comments(page, allowed=True, actor=portal)
    comment = add_comment(page, "Bile is green.", actor_of(EDITOR))
    ((recipient, body),) = post()
    assert recipient == person(REVIEWER).mail
    assert "comment" in body and "green" not in body and "bile" not in body
    decide_comment(comment, "show", actor_of(REVIEWER))
    ((recipient, body),) = post()
    assert recipient == person(EDITOR).mail and "is shown now" in body


def test_nobody_is_told_of_what_the_portal_does_itself(page, post, portal):
    take_step(page, "submit", portal)
    take_step(page, "publish", portal)
    assert post() == []
