"""Sharing with panels, leaving the centre, and who of the centre comes in."""

from __future__ import annotations

import pytest

from cpms_portal.patients.actions import (
    reapply,
    record_consent,
    share_with,
    unshare_from,
    withdraw_consent,
)
from cpms_portal.patients.queries import patients_of
from cpms_portal.security.grants import grant
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.factories.patients import (
    acting_as,
    centre_of,
    enrolled,
    member_of_centre,
    person_of,
)

READING = (Permission.PATIENT_VIEW, Permission.RECORD_VIEW, Permission.STUDY_VIEW)
EXPERT = "ernskinhpuser1"


@pytest.fixture
def panel(root):
    """Something with an oid that experts are members of."""
    node = centre_of(root, "/networks/ern-skin/france/guest/")
    grant(person_of(root, EXPERT), Role.MEMBER, node)
    return node


def may(root, registry, patient, login=EXPERT):
    actor = acting_as(root, registry, login)
    return [permission for permission in READING if actor.may(permission, patient)]


def test_expert_when_the_patient_is_shared_reads_but_never_the_identity(root, registry, panel):
    patient = enrolled(root, registry)
    assert may(root, registry, patient) == []
    share_with(patient, panel, acting_as(root, registry))
    assert may(root, registry, patient) == list(READING)
    expert = acting_as(root, registry, EXPERT)
    for denied in (Permission.PATIENT_IDENTITY_VIEW, Permission.RECORD_EDIT, "consent:view"):
        assert not expert.may(denied, patient)


def test_expert_when_the_patient_is_shared_finds_it_in_listings(root, registry, panel):
    patient = enrolled(root, registry)
    expert = acting_as(root, registry, EXPERT)
    assert patients_of(centre_of(root), expert).total == 0
    share_with(patient, panel, acting_as(root, registry))
    assert list(patients_of(centre_of(root), expert)) == [patient]
    unshare_from(patient, panel, acting_as(root, registry))
    assert patients_of(centre_of(root), expert).total == 0


def test_expert_when_care_is_withdrawn_reads_nothing_until_it_is_given_again(
    root, registry, panel, clock
):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    share_with(patient, panel, actor)
    withdraw_consent(patient, "care", "The patient withdrew it.", actor)
    assert may(root, registry, patient) == []
    record_consent(patient, "care", {"given": clock.time.date()}, actor)
    assert may(root, registry, patient) == list(READING)


def test_owner_when_leaving_the_centre_loses_the_patient(root, registry):
    actor = acting_as(root, registry)
    patient = enrolled(root, registry)
    membership = member_of_centre(root, "rareliverhpuser1", Role.HP, actor)
    assert may(root, registry, patient, "rareliverhpuser1") == list(READING)
    transition(membership, "end", acting_as(root, registry, "rarelivercoordinator"), reason="x")
    assert may(root, registry, patient, "rareliverhpuser1") == []


@pytest.mark.parametrize(
    ("visibility", "sees"), [("centre", True), ("owner", False), ("team", False)]
)
def test_colleague_when_the_centre_says_who_may_see(root, registry, visibility, sees):
    coordinator = acting_as(root, registry, "rarelivercoordinator")
    member_of_centre(root, EXPERT, Role.HP, coordinator)
    centre_of(root).visibility = visibility
    patient = enrolled(root, registry)
    assert bool(may(root, registry, patient)) is sees
    assert may(root, registry, patient, "rareliverhpuser1") == list(READING)


def test_colleague_when_of_the_team_sees_the_patient(root, registry):
    coordinator = acting_as(root, registry, "rarelivercoordinator")
    member_of_centre(root, EXPERT, Role.HP, coordinator)
    centre_of(root).visibility = "team"
    patient = enrolled(root, registry)
    patient.team = (person_of(root, EXPERT).__oid__,)
    reapply(patient, acting_as(root, registry))
    assert may(root, registry, patient) == list(READING)
