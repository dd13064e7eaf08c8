"""Invite, accept, decline, withdraw."""

from __future__ import annotations

import pytest

from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.panels.actions.invitations import (
    answer_invitation,
    invite,
    withdraw_invitation,
)
from cpms_portal.panels.actions.steering import move
from cpms_portal.panels.queries.experts import candidates, chosen_people, workload_of
from cpms_portal.people.actions import choose_areas
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.permissions import Permission
from tests.factories.panels import INVITED, MEMBER, REQUESTER, SECOND, STRANGER


def test_an_invitee_sees_the_question_but_not_the_record(cast):
    panel = cast.selection()
    cast.invite(panel, INVITED)
    patient = panel.__parent__.__parent__
    assert cast(INVITED).may(Permission.PANEL_VIEW, panel)
    assert not cast(INVITED).may(Permission.RECORD_VIEW, patient)
    assert not cast(INVITED).may(Permission.CONTRIBUTION_VIEW, panel)


def test_accepting_opens_the_record_and_never_the_identity(cast):
    panel = cast.selection()
    cast.join(panel, MEMBER)
    patient = panel.__parent__.__parent__
    assert cast(MEMBER).may(Permission.RECORD_VIEW, patient)
    assert not cast(MEMBER).may(Permission.PATIENT_IDENTITY_VIEW, patient)
    assert cast(MEMBER).oid in panel.members


def test_declining_closes_the_view_of_the_question_and_may_be_changed_later(cast):
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    answer_invitation(invitation, cast(MEMBER), accept=False, reason="On leave.")
    assert not cast(MEMBER).may(Permission.PANEL_VIEW, panel)
    answer_invitation(invitation, cast(MEMBER), accept=True)
    assert cast(MEMBER).may(Permission.PANEL_VIEW, panel)


def test_nobody_answers_for_somebody_else(cast):
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    with pytest.raises(TransitionDeniedError):
        answer_invitation(invitation, cast(SECOND), accept=True)


def test_a_withdrawn_member_loses_the_record_at_once(cast):
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    answer_invitation(invitation, cast(MEMBER), accept=True)
    withdraw_invitation(invitation, cast(REQUESTER), "Conflict of interest.")
    assert not cast(MEMBER).may(Permission.RECORD_VIEW, panel.__parent__.__parent__)
    assert panel.members == ()


def test_somebody_without_a_thematic_area_is_refused_by_name_and_nobody_is_invited(cast, root):
    panel = cast.selection()
    network = root["networks"]["rare-liver"]
    choose_areas(cast.person(MEMBER), network, AreaChoice(), cast(MEMBER))
    with pytest.raises(ValueRefusedError) as refused:
        cast.invite(panel, SECOND, MEMBER)
    assert cast.person(MEMBER).title in refused.value.message.interpolate()
    assert len(panel["invitations"]) == 0


def test_nobody_is_invited_twice(cast):
    panel = cast.selection()
    cast.invite(panel, MEMBER)
    with pytest.raises(ValueRefusedError):
        cast.invite(panel, MEMBER)


def test_an_expert_of_another_network_can_be_invited_and_sees_this_panel_alone(cast):
    panel, other = cast.selection(), cast.selection()
    cast.join(panel, STRANGER)
    assert cast(STRANGER).may(Permission.PANEL_VIEW, panel)
    assert not cast(STRANGER).may(Permission.PANEL_VIEW, other)


def test_a_member_cannot_invite(cast):
    panel = cast.selection()
    cast.join(panel, MEMBER)
    with pytest.raises(TransitionDeniedError):
        invite(panel, [cast.person(SECOND)], cast(MEMBER))


def test_open_invitations_lapse_when_the_panel_is_cancelled(cast):
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    move(panel, "cancel", cast(REQUESTER), reason="The patient moved.")
    assert invitation.state == "lapsed"
    assert not cast(MEMBER).may(Permission.INVITATION_VIEW, invitation)


def test_candidates_are_found_by_area_and_those_inside_are_marked(cast, root):
    panel = cast.selection()
    area = cast.person(MEMBER).profile.chosen("rare-liver").all[0]
    before = {one.name: one.reason for one in candidates(panel, cast(REQUESTER), area=area)}
    assert before[cast.person(MEMBER).title] is None
    cast.invite(panel, MEMBER)
    after = {one.name: one.reason for one in candidates(panel, cast(REQUESTER), area=area)}
    assert after[cast.person(MEMBER).title] is not None


def test_the_finder_counts_the_panels_somebody_works_in(cast):
    before = workload_of(cast.person(SECOND), cast(REQUESTER))
    cast.join(cast.selection(), SECOND)
    assert workload_of(cast.person(SECOND), cast(REQUESTER)) == before + 1


def test_a_made_up_person_is_refused(cast):
    with pytest.raises(ValueRefusedError):
        chosen_people(cast.selection(), ["nobody"])
