"""Access lists name roles at nodes; persons carry grants; nothing below a node is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyramid import testing
from pyramid.security import DENY_ALL, Authenticated, Everyone

from cpms_portal.core.resources import Container, Portal, oid_of
from cpms_portal.security.acl import access_list, apply_acl, principals_allowed
from cpms_portal.security.grants import grant, grants_of, holds, revoke
from cpms_portal.security.permissions import Permission
from cpms_portal.security.policy import NodePolicy
from cpms_portal.security.principals import principals_of
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role, principal

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
VIEW = Permission.PATIENT_VIEW


class Centre(Container):
    def role_nodes(self, role):
        return (oid_of(self),) if role == Role.HP else None


class Owned(Container):
    owner = 77

    def role_nodes(self, role):
        return (self.owner,) if role == Role.OWNER else None


@pytest.fixture
def root():
    with testing.testConfig():
        made = Portal()
        for name in ("here", "there"):
            made.add(name, Centre())
            made[name].add("patient", Owned())
        made.add("anna", Person("Anna Muster", "Anna@Example.invalid"))
        yield made


def may(person, permission, context, now=NOON):
    return bool(NodePolicy().permits(context, principals_of(person, now), permission))


def test_a_role_is_bound_to_the_node_that_bears_it(root):
    patient = root["here"]["patient"]
    assert access_list(patient, {VIEW: [Role.HP]}) == [
        ("Allow", f"hp@{oid_of(root['here'])}", (str(VIEW),)),
        DENY_ALL,
    ]


def test_a_role_nobody_above_bears_gives_nothing(root):
    assert access_list(root["here"], {VIEW: [Role.LEAD]}) == [DENY_ALL]


def test_system_roles_and_own_roles_have_their_principals(root):
    patient = root["here"]["patient"]
    found = access_list(patient, {VIEW: [Role.EVERYONE, Role.AUTHENTICATED, Role.OWNER]})
    assert {entry[1] for entry in found[:-1]} == {Everyone, Authenticated, "person@77"}


def test_granted_at_one_centre_means_nothing_at_another(root):
    for name in ("here", "there"):
        apply_acl(root[name]["patient"], {VIEW: [Role.HP]})
    grant(root["anna"], Role.HP, root["here"])
    assert may(root["anna"], VIEW, root["here"]["patient"])
    assert not may(root["anna"], VIEW, root["there"]["patient"])
    assert not may(None, VIEW, root["here"]["patient"])


def test_revoking_works_at_once_and_changes_no_other_object(root):
    patient = root["here"]["patient"]
    apply_acl(patient, {VIEW: [Role.HP]})
    stored = patient.__acl__
    grant(root["anna"], Role.HP, root["here"])
    revoke(root["anna"], Role.HP, root["here"])
    assert not may(root["anna"], VIEW, patient)
    assert patient.__acl__ is stored


def test_the_nearest_access_list_decides_wholly(root):
    apply_acl(root["here"], {VIEW: [Role.HP], Permission.PATIENT_EDIT: [Role.HP]})
    apply_acl(root["here"]["patient"], {VIEW: [Role.HP]})
    grant(root["anna"], Role.HP, root["here"])
    assert may(root["anna"], VIEW, root["here"]["patient"])
    assert not may(root["anna"], Permission.PATIENT_EDIT, root["here"]["patient"])


def test_what_has_no_list_of_its_own_follows_the_one_above(root):
    apply_acl(root["here"], {VIEW: [Role.HP]})
    grant(root["anna"], Role.HP, root["here"])
    assert may(root["anna"], VIEW, root["here"]["patient"])


def test_every_word_of_the_management_interface_is_one_permission(root):
    apply_acl(root, {Permission.MANAGE_USE: [Role.ADMINISTRATOR]})
    assert not may(root["anna"], "sdi.view", root)
    grant(root["anna"], Role.ADMINISTRATOR, root)
    assert may(root["anna"], "sdi.view", root)
    assert may(root["anna"], "sdi.edit-properties", root)
    apply_acl(root["here"]["patient"], {VIEW: [Role.HP]})
    assert not may(root["anna"], "sdi.view", root["here"]["patient"])


def test_who_holds_a_permission_is_told_by_the_nearest_list(root):
    patient = root["here"]["patient"]
    apply_acl(patient, {VIEW: [Role.HP, Role.OWNER]})
    assert len(principals_allowed(patient, VIEW)) == 2
    assert principals_allowed(patient, Permission.PATIENT_EDIT) == []


@given(
    since=st.none() | st.integers(-5, 5),
    until=st.none() | st.integers(-5, 5),
    at=st.integers(-6, 6),
)
def test_a_grant_counts_from_its_first_moment_until_just_before_its_last(since, until, at):
    def moment(hours):
        return None if hours is None else NOON + timedelta(hours=hours)

    with testing.testConfig():
        root = Portal()
        root.add("here", Centre())
        root.add("anna", Person("Anna Muster", "anna@example.invalid"))
        grant(root["anna"], Role.HP, root["here"], since=moment(since), until=moment(until))
        counts = (since is None or since <= at) and (until is None or at < until)
        name = principal(Role.HP, oid_of(root["here"]))
        assert (name in principals_of(root["anna"], moment(at))) is counts
        assert holds(root["anna"], Role.HP, root["here"], moment(at)) is counts


def test_granting_twice_keeps_one_grant(root):
    grant(root["anna"], Role.HP, root["here"])
    grant(root["anna"], Role.HP, root["here"], until=NOON + timedelta(days=1))
    assert len(grants_of(root["anna"], NOON)) == 1
    assert root["anna"].mail == "anna@example.invalid"
