"""Open a panel and take it through its phases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.panels.actions.advice import (
    answer_information,
    contribute,
    edit_contribution,
    request_information,
    withdraw_request,
)
from cpms_portal.panels.actions.outcome import object_to, sign, write_outcome
from cpms_portal.panels.actions.steering import edit_panel, move, open_panel
from cpms_portal.panels.queries.page import contributions, history, steps
from cpms_portal.panels.queries.progress import final_outcome, outcome_of
from cpms_portal.panels.queries.waiting import waits_for_signature
from cpms_portal.security.permissions import Permission
from tests.factories.panels import (
    COORDINATOR,
    INVITED,
    MEMBER,
    QUESTION,
    REQUESTER,
    SECOND,
    SECTIONS,
)


def blocked(panel, actor, name):
    """The reason why a step is blocked for somebody."""
    return next(one.blocked for one in steps(panel, actor) if one.name == name)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"question": "  ", "area": "aih"}, "question"),
        ({"question": QUESTION, "area": "no-such-area"}, "area"),
        ({"question": "x" * 4001, "area": "aih"}, "question"),
    ],
)
def test_a_panel_is_refused_at_the_field_that_is_wrong(cast, values, field):
    with pytest.raises(ValueRefusedError) as refused:
        open_panel(cast.patient(), values, cast(REQUESTER))
    assert refused.value.field == field


def test_a_panel_is_refused_to_somebody_of_another_centre(cast):
    with pytest.raises(TransitionDeniedError):
        open_panel(cast.patient(), {"question": QUESTION, "area": "aih"}, cast(MEMBER))


def test_a_panel_led_by_its_requester_goes_to_the_selection(cast):
    panel = cast.selection()
    assert (panel.state, panel.lead) == ("selection", cast(REQUESTER).oid)
    assert cast(REQUESTER).may(Permission.PANEL_LEAD, panel)


def test_the_answer_is_due_by_urgency_counted_from_the_opening(cast, clock):
    opened = clock()
    urgent, normal = cast.selection(urgent=True), cast.selection()
    cast.join(normal, MEMBER)
    clock.advance(days=2)
    move(normal, "complete_data", cast(REQUESTER))
    assert urgent.due == opened + timedelta(days=3)
    assert normal.due == opened + timedelta(days=21)


def test_the_coordinator_names_a_lead_who_can_read_the_record_then(cast):
    panel = cast.draft()
    patient = panel.__parent__.__parent__
    move(panel, "ask_assistance", cast(REQUESTER))
    assert cast(COORDINATOR).may(Permission.PANEL_VIEW, panel)
    assert not cast(MEMBER).may(Permission.RECORD_VIEW, patient)
    move(panel, "assign_lead", cast(COORDINATOR), lead=cast.person(MEMBER).__oid__)
    assert panel.state == "selection"
    assert cast(MEMBER).may(Permission.RECORD_VIEW, patient)
    assert not cast(MEMBER).may(Permission.PATIENT_IDENTITY_VIEW, patient)


def test_no_lead_is_named_without_a_person(cast):
    panel = cast.draft()
    move(panel, "ask_assistance", cast(REQUESTER))
    with pytest.raises(ValueRefusedError):
        move(panel, "assign_lead", cast(COORDINATOR))


def test_assessment_waits_for_a_member_and_for_answers(cast):
    panel = cast.selection()
    assert "accepted" in blocked(panel, cast(REQUESTER), "assess")
    cast.join(panel, MEMBER)
    asked = request_information(panel, "Is TPMT known?", cast(MEMBER))
    assert "answer" in blocked(panel, cast(REQUESTER), "assess")
    answer_information(asked, "It is normal.", cast(REQUESTER))
    assert blocked(panel, cast(REQUESTER), "assess") is None


def test_a_request_taken_back_blocks_nothing(cast):
    panel = cast.selection()
    cast.join(panel, MEMBER)
    withdraw_request(request_information(panel, "Weight?", cast(MEMBER)), cast(MEMBER))
    assert blocked(panel, cast(REQUESTER), "assess") is None


def test_two_contributions_of_one_member_do_not_make_a_panel_countable(cast):
    panel = cast.assessment()
    contribute(panel, "First.", cast(MEMBER))
    contribute(panel, "Second.", cast(MEMBER))
    assert "2 different people" in blocked(panel, cast(REQUESTER), "write_outcome").interpolate()
    contribute(panel, "Third.", cast(SECOND))
    assert blocked(panel, cast(REQUESTER), "write_outcome") is None


def test_going_on_with_too_few_contributions_needs_a_reason_and_does_not_count(cast):
    panel = cast.assessment()
    with pytest.raises(ValueRefusedError):
        move(panel, "write_outcome_anyway", cast(REQUESTER), reason="  ")
    move(panel, "write_outcome_anyway", cast(REQUESTER), reason="No other expert answered.")
    assert not panel.countable


def test_a_contribution_may_be_changed_by_its_author_until_the_outcome(cast, clock):
    panel = cast.assessment()
    mine = contribute(panel, "First.", cast(MEMBER))
    clock.advance(minutes=5)
    contribute(panel, "Other.", cast(SECOND))
    edit_contribution(mine, "Better.", cast(MEMBER))
    with pytest.raises(TransitionDeniedError):
        edit_contribution(mine, "Not mine.", cast(SECOND))
    move(panel, "write_outcome", cast(REQUESTER))
    with pytest.raises(TransitionDeniedError):
        edit_contribution(mine, "Too late.", cast(MEMBER))
    assert [one.text for one in contributions(panel, cast(SECOND))] == ["Better.", "Other."]


def test_signatures_are_asked_for_only_when_the_needed_sections_are_written(cast):
    panel = cast.assessment()
    for login in (MEMBER, SECOND):
        contribute(panel, "Advice.", cast(login))
    move(panel, "write_outcome", cast(REQUESTER))
    write_outcome(panel, {"summary": "Read."}, cast(REQUESTER))
    assert blocked(panel, cast(REQUESTER), "ask_signatures") is not None
    write_outcome(panel, SECTIONS, cast(REQUESTER))
    assert blocked(panel, cast(REQUESTER), "ask_signatures") is None


def test_an_objection_is_no_signature_and_closing_then_needs_a_reason(cast):
    panel = cast.sign_off()
    sign(panel, cast(REQUESTER))
    sign(panel, cast(MEMBER))
    object_to(panel, "I would transplant now.", cast(SECOND))
    assert blocked(panel, cast(REQUESTER), "close") is not None
    move(panel, "close_without_all", cast(REQUESTER), reason="One member differs.")
    assert panel.state == "closed"


def test_who_has_signed_or_objected_is_not_asked_to_sign_again(cast):
    panel = cast.sign_off()
    members = (MEMBER, SECOND)
    assert [waits_for_signature(panel, cast(one)) for one in members] == [True, True]
    sign(panel, cast(MEMBER))
    object_to(panel, "I would transplant now.", cast(SECOND))
    assert [waits_for_signature(panel, cast(one)) for one in members] == [False, False]
    assert not waits_for_signature(panel, cast(INVITED))


def test_changing_the_outcome_again_voids_the_signatures(cast):
    panel = cast.sign_off()
    sign(panel, cast(MEMBER))
    move(panel, "back_to_outcome", cast(REQUESTER), reason="A dose was wrong.")
    assert not outcome_of(panel).signatures


def test_somebody_who_is_no_member_cannot_sign(cast):
    panel = cast.sign_off()
    with pytest.raises(TransitionDeniedError):
        sign(panel, cast(INVITED))


def test_a_restart_begins_a_round_and_keeps_the_outcome_as_history(cast):
    panel = cast.closed()
    assert panel.countable
    move(panel, "archive", cast(REQUESTER))
    move(panel, "restart", cast(REQUESTER), reason="A relapse.")
    assert (panel.state, panel.round, panel.countable) == ("selection", 2, True)
    assert final_outcome(panel).round == 1
    assert outcome_of(panel) is None
    assert [one.text for one in contributions(panel, cast(MEMBER))] != []


def test_reasons_stand_sealed_and_are_read_by_members_only(cast):
    panel = cast.closed()
    move(panel, "restart", cast(REQUESTER), reason="A relapse at 10 mg.")
    assert "relapse" not in repr([step.reason for step in panel.history])
    assert history(panel, cast(MEMBER))[0].text == "A relapse at 10 mg."
    cast.invite(panel, INVITED)
    assert [line.text for line in history(panel, cast(INVITED))] == [""] * len(panel.history)


def test_a_question_may_be_changed_while_the_panel_runs(cast):
    panel = cast.selection()
    edit_panel(panel, {"question": "Another?", "area": "pbc", "urgent": True}, cast(REQUESTER))
    assert (panel.area, panel.urgent) == ("pbc", True)
    with pytest.raises(TransitionDeniedError):
        edit_panel(panel, {"question": "No.", "area": "pbc"}, cast(MEMBER))
