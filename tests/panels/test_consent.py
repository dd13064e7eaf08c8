"""Consent that ends freezes panels at once; consent that comes back thaws them."""

from __future__ import annotations

from datetime import date

import pytest
import transaction

from cpms_portal.core.errors import TransitionDeniedError
from cpms_portal.panels.actions.advice import contribute, request_information
from cpms_portal.panels.actions.steering import move
from cpms_portal.panels.queries.listing import line_of
from cpms_portal.patients.actions import record_consent, remove_patient, withdraw_consent
from cpms_portal.security.permissions import Permission
from cpms_portal.storage.keys import KeyDestroyedError
from tests.factories.panels import COORDINATOR, INVITED, MEMBER, REQUESTER, STRANGER

CONSENT = {"given": date(2026, 11, 20), "signer": "patient"}


def _withdraw(cast, panel):
    withdraw_consent(panel.__parent__.__parent__, "care", "Changed their mind.", cast(REQUESTER))


def test_withdrawal_freezes_a_running_panel_and_everything_in_it(cast):
    panel = cast.assessment()
    (invitation,) = cast.invite(panel, INVITED)
    mine = contribute(panel, "Advice.", cast(MEMBER))
    asked = request_information(panel, "Weight?", cast(MEMBER))
    _withdraw(cast, panel)
    assert panel.state == "frozen"
    for login in (MEMBER, INVITED, STRANGER):
        actor = cast(login)
        assert not actor.may(Permission.PANEL_VIEW, panel)
        assert not actor.may(Permission.CONTRIBUTION_VIEW, mine)
        assert not actor.may(Permission.CONTRIBUTION_EDIT, mine)
        assert not actor.may(Permission.INFORMATION_REQUEST_VIEW, asked)
        assert not actor.may(Permission.INVITATION_VIEW, invitation)
        assert not actor.may(Permission.INVITATION_ANSWER, invitation)
    assert cast(REQUESTER).may(Permission.PANEL_VIEW, panel)


@pytest.mark.parametrize("stage", ["selection", "assessment", "outcome", "sign_off"])
def test_consent_given_again_brings_a_panel_back_to_where_it_was(cast, stage):
    panel = getattr(cast, stage)()
    _withdraw(cast, panel)
    record_consent(panel.__parent__.__parent__, "care", CONSENT, cast(REQUESTER))
    assert panel.state == stage


def test_after_the_thaw_members_read_again(cast):
    panel = cast.assessment()
    mine = contribute(panel, "Advice.", cast(MEMBER))
    _withdraw(cast, panel)
    record_consent(panel.__parent__.__parent__, "care", CONSENT, cast(REQUESTER))
    assert cast(MEMBER).may(Permission.CONTRIBUTION_VIEW, mine)
    assert cast(MEMBER).may(Permission.CONTRIBUTION_EDIT, mine)
    assert cast(MEMBER).may(Permission.RECORD_VIEW, panel.__parent__.__parent__)


def test_a_closed_panel_stops_sharing_and_keeps_counting(cast):
    panel = cast.closed()
    move(panel, "archive", cast(REQUESTER))
    _withdraw(cast, panel)
    assert (panel.state, panel.countable) == ("closed_frozen", True)
    assert not cast(MEMBER).may(Permission.OUTCOME_DOWNLOAD, panel)
    assert cast(REQUESTER).may(Permission.OUTCOME_DOWNLOAD, panel)
    record_consent(panel.__parent__.__parent__, "care", CONSENT, cast(REQUESTER))
    assert panel.state == "archived"


def test_a_panel_that_waits_for_a_lead_is_hidden_from_the_coordinator(cast):
    panel = cast.draft("rareliverhpuser4")
    move(panel, "ask_assistance", cast("rareliverhpuser4"))
    assert cast(COORDINATOR).may(Permission.PANEL_VIEW, panel)
    withdraw_consent(
        panel.__parent__.__parent__, "care", "Changed their mind.", cast("rareliverhpuser4")
    )
    assert not cast(COORDINATOR).may(Permission.PANEL_VIEW, panel)


def test_a_draft_stays_and_cannot_be_opened_without_consent(cast):
    panel = cast.draft()
    _withdraw(cast, panel)
    assert panel.state == "draft"
    with pytest.raises(TransitionDeniedError):
        move(panel, "submit", cast(REQUESTER))


def test_the_number_of_running_panels_follows(cast):
    panel = cast.assessment()
    patient = panel.__parent__.__parent__
    assert patient.open_panels == 1
    _withdraw(cast, panel)
    assert patient.open_panels == 0


def test_lists_go_on_when_a_patient_was_erased(cast):
    panel = cast.closed()
    running = cast.selection()
    for one in (panel, running):
        remove_patient(one.__parent__.__parent__, "Asked for it.", cast(REQUESTER))
    transaction.commit()
    lines = [line_of(one, cast(REQUESTER)) for one in (panel, running)]
    assert [(line.question, line.nickname) for line in lines] == [("", "")] * 2
    assert (panel.state, running.state) == ("closed_frozen", "frozen")
    with pytest.raises(KeyDestroyedError):
        panel["outcomes"]["1"].read(cast.registry, "sections")
