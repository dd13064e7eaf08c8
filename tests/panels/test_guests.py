"""A guest in a panel stays to its end and some days more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import add_person, admit_member
from cpms_portal.panels.actions.steering import move
from cpms_portal.people.actions import choose_areas
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.grants import grants_of
from cpms_portal.security.roles import Role
from tests.factories.panels import REQUESTER


@pytest.fixture
def guest(root, registry):
    """The membership of a new guest, and the person."""
    actor = system_actor(registry)
    person = add_person(root["people"], "Signe Uhrland", "signe@clinic.invalid", actor=actor)
    network = root["networks"]["rare-liver"]
    membership = admit_member(network["germany"]["guest"], person, Role.GUEST, actor)
    choose_areas(person, network, AreaChoice(("aih",)), actor)
    return membership, person


def is_guest(person, at):
    return any(held.role == Role.GUEST for held in grants_of(person, at))


def test_access_never_ends_in_the_middle_of_a_panel(cast, root, clock, guest):
    membership, person = guest
    chosen = membership.until
    panel = cast.selection()
    cast.join(panel, person.mail)
    assert membership.ends is None
    assert is_guest(person, chosen + timedelta(days=900))
    clock.advance(days=800)
    move(panel, "cancel", cast(REQUESTER), reason="No longer needed.")
    days = root["networks"]["rare-liver"].guest_days_after
    assert membership.ends == clock() + timedelta(days=days)
    assert is_guest(person, membership.ends - timedelta(seconds=1))
    assert not is_guest(person, membership.ends)


def test_a_panel_that_ends_early_takes_no_day_of_what_was_promised(cast, guest):
    membership, person = guest
    chosen = membership.until
    panel = cast.selection()
    cast.join(panel, person.mail)
    move(panel, "cancel", cast(REQUESTER), reason="No longer needed.")
    assert membership.ends == chosen
    assert is_guest(person, chosen - timedelta(seconds=1))
    assert not is_guest(person, chosen)
