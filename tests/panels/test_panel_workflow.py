"""The workflow of a panel, as data and as it is enforced."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_portal.core.actor import system_actor
from cpms_portal.core.errors import CPMSError
from cpms_portal.panels.actions.steering import move
from cpms_portal.panels.resources import CLOSED, RUNNING, STOPPED
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import apply_state
from cpms_portal.workflow.queries import workflow_of
from tests.factories.panels import COORDINATOR, INVITED, MEMBER, REQUESTER, SECOND, STRANGER

ROLES = {
    REQUESTER: {"requester", "hp"},
    MEMBER: {"lead"},
    SECOND: {"member"},
    INVITED: {"invited"},
    COORDINATOR: {"coordinator", "hp"},
    STRANGER: set(),
}
OUTSIDE = {"lead", "member", "invited", "coordinator", "dispatcher", "everyone", "authenticated"}


@pytest.fixture
def workflow(cast, registry):
    return workflow_of(cast.draft(), registry)


@pytest.fixture
def staffed(cast):
    """A panel of the first centre, led from the second, with a member and somebody invited."""
    panel = cast.draft()
    move(panel, "ask_assistance", cast(REQUESTER))
    lead = cast.person(MEMBER)
    move(panel, "assign_lead", cast(COORDINATOR), lead=lead.__oid__)
    cast.join(panel, SECOND)
    cast.invite(panel, INVITED)
    return panel


def test_a_panel_begins_as_a_draft(cast, workflow):
    assert workflow.initial_state == "draft"
    assert cast.draft().state == "draft"


def test_every_state_can_be_reached(workflow):
    reached = {workflow.initial_state}
    for _each in workflow.states:
        reached |= {
            move.target for move in workflow.transitions.values() if reached & set(move.sources)
        }
    assert reached == set(workflow.states)


def test_every_state_is_running_closed_stopped_or_a_draft(workflow):
    assert {"draft", *RUNNING, *CLOSED, *STOPPED} == set(workflow.states)


def test_nobody_outside_the_centre_may_anything_in_a_stopped_panel(workflow):
    for name in STOPPED:
        for permission, roles in workflow.states[name].permissions.items():
            assert not OUTSIDE & set(roles), f"{name}: {permission}"


def test_every_frozen_state_has_a_way_back(workflow):
    for freeze, thawed in (("freeze", "frozen"), ("freeze_closed", "closed_frozen")):
        for source in workflow.transitions[freeze].sources:
            back = workflow.transitions[f"thaw_{source}"]
            assert (back.sources, back.target) == ((thawed,), source)


def test_freezing_and_thawing_is_left_to_the_portal(workflow):
    alone = {name for name, step in workflow.transitions.items() if step.permission is None}
    assert alone == {name for name in workflow.transitions if name.startswith(("freeze", "thaw"))}


def test_each_role_may_in_each_state_exactly_what_the_file_says(cast, staffed, workflow, registry):
    portal = system_actor(registry)
    for name, state in workflow.states.items():
        staffed.state = name
        apply_state(staffed, portal)
        for login, roles in ROLES.items():
            actor = cast(login)
            for permission in Permission:
                allowed = bool(roles & set(state.permissions.get(permission, ())))
                assert actor.may(permission, staffed) == allowed, f"{name} {login} {permission}"


STEPS = (
    "submit", "ask_assistance", "complete_data", "assess", "write_outcome",
    "write_outcome_anyway", "ask_signatures", "back_to_outcome", "close", "close_without_all",
    "archive", "restart", "cancel", "freeze", "freeze_closed", "thaw_selection",
    "thaw_assessment", "thaw_closed",
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(sorted(ROLES))), max_size=25))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_anybody_tries_the_history_hangs_together_and_strangers_see_nothing(cast, tried):
    panel = cast.draft()
    for name, login in tried:
        before, steps = panel.state, len(panel.history)
        try:
            move(panel, name, cast(login), reason="Because.")
        except CPMSError:
            assert (panel.state, len(panel.history)) == (before, steps)
        assert not cast(STRANGER).may(Permission.PANEL_VIEW, panel)
    states = [step.to_state for step in panel.history]
    assert [step.from_state for step in panel.history] == ["", *states[:-1]]
