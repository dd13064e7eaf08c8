"""Nothing clinical stands open, and nobody learns of a panel they are not in."""

from __future__ import annotations

import pytest
import transaction
from pyramid_mailer.interfaces import IMailer

from cpms_portal.panels.actions.advice import contribute
from cpms_portal.panels.actions.steering import keep_draft, move
from cpms_portal.panels.queries.listing import assistance_queue, panels_within
from cpms_portal.panels.queries.page import draft_of
from cpms_portal.panels.queries.waiting import task_in
from cpms_portal.search.queries import count
from tests.factories.panels import (
    COORDINATOR,
    FAMILY_NAME,
    MEMBER,
    QUESTION,
    REQUESTER,
    SECTIONS,
    STRANGER,
)

LONG_SECTIONS = [text for text in SECTIONS.values() if " " in text]
SECRETS = (QUESTION, "Advice of", *LONG_SECTIONS, FAMILY_NAME, "Secret draft", "relapse at 10")


def _records(storage):
    """Every record of the whole database, as it is stored."""
    after = None
    while True:
        _oid, _serial, record, after = storage.record_iternext(after)
        yield record
        if after is None:
            return


@pytest.mark.storages("filestorage")  # the bytes sealed are the same on both storages
def test_the_database_holds_no_clinical_text_in_the_open(cast):
    panel = cast.closed()
    move(panel, "restart", cast(REQUESTER), reason="A relapse at 10 mg.")
    keep_draft(panel, "contribution", "Secret draft", cast(MEMBER))
    transaction.commit()
    records = list(_records(panel._p_jar.db().storage))
    assert len(records) > 1000
    for record in records:
        for secret in SECRETS:
            assert secret.encode() not in record


def test_no_mail_says_anything_of_the_case(cast, registry):
    panel = cast.closed()
    patient = panel.__parent__.__parent__
    transaction.commit()
    sent = list(registry.getUtility(IMailer).outbox)
    assert sent
    for message in sent:
        text = f"{message.subject}\n{message.body}"
        for secret in (*SECRETS, patient.nickname):
            assert secret not in text


def test_counts_and_lists_tell_a_stranger_nothing(cast, root):
    panel = cast.draft()
    move(panel, "ask_assistance", cast(REQUESTER))
    network, stranger = root["networks"]["rare-liver"], cast(STRANGER)
    assert panels_within(network, stranger).total == 0
    assert assistance_queue(network, stranger).total == 0
    for noun in ("panel", "invitation", "contribution", "information_request"):
        assert count(stranger, noun, within=network) == 0


def test_the_queue_of_the_coordinator_holds_what_waits_for_a_lead_the_overdue_first(
    cast, root, clock
):
    network = root["networks"]["rare-liver"]
    before = assistance_queue(network, cast(COORDINATOR)).total
    late, urgent = cast.draft(), cast.draft(urgent=True)
    move(late, "ask_assistance", cast(REQUESTER))
    clock.advance(days=1)
    move(urgent, "ask_assistance", cast(REQUESTER))
    queue = assistance_queue(network, cast(COORDINATOR))
    assert queue.total == before + 2
    assert queue.items.index(urgent) < queue.items.index(late)


def test_a_draft_is_read_by_its_author_alone(cast):
    panel = cast.assessment()
    keep_draft(panel, "contribution", "Half a sentence", cast(MEMBER))
    assert draft_of(panel, "contribution", cast(MEMBER)) == "Half a sentence"
    assert draft_of(panel, "contribution", cast(REQUESTER)) is None


def test_what_waits_for_whom(cast):
    panel = cast.assessment()
    assert task_in(panel, cast(MEMBER)) == "contribution"
    assert task_in(panel, cast(REQUESTER)) == "lead"
    contribute(panel, "Advice.", cast(MEMBER))
    assert task_in(panel, cast(MEMBER)) is None
    assert task_in(panel, cast(STRANGER)) is None
