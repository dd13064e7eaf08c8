"""What the tests of the library need: a small library of their own."""

from __future__ import annotations

import pytest

from cpms_portal.core.actor import system_actor

FORMS = "/library/consent-forms/"


@pytest.fixture
def portal(registry):
    """The portal itself as an actor."""
    return system_actor(registry)
