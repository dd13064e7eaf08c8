"""Assistants for tests; nobody here exists."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import admit_member
from cpms_portal.people.actions.delegations import appoint_assistant
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from tests.factories.panels import Cast
from tests.factories.patients import CLINICIAN, centre_of, person_of
from tests.factories.people import make_person


@pytest.fixture
def assistant_at(root, registry):
    """Return a function that makes an assistant of the clinician's centre: the person."""

    def make(name="Annika Helferlein", centre=None):
        person = make_person(root, registry, name=name)
        place = centre or centre_of(root)
        admit_member(place, person, Role.ASSISTANT, system_actor(registry))
        transaction.commit()
        return person

    return make


@pytest.fixture
def colleague(root, registry):
    """Return a function that makes a second clinician of the clinician's centre."""

    def make(name="Kolja Nebenan"):
        person = make_person(root, registry, name=name)
        admit_member(centre_of(root), person, Role.HP, system_actor(registry))
        transaction.commit()
        return person

    return make


@pytest.fixture
def assisting(root, registry, assistant_at):
    """Return a function that makes an assistant who acts for a clinician: person, delegation."""

    def make(clinician=CLINICIAN, name="Annika Helferlein"):
        doctor, centre = person_of(root, clinician), Cast(root, registry).centre(clinician)
        person = assistant_at(name, centre)
        actor = actor_for(registry, doctor)
        delegation = appoint_assistant(centre, person, doctor, actor)
        transaction.commit()
        return person, delegation

    return make
