"""A clinician and a patient whose images come."""

from __future__ import annotations

import pytest
from pyramid.traversal import resource_path

from tests.factories.patients import patient_of
from tests.imaging.pages import HP


@pytest.fixture
def place(root) -> str:
    """The address of the patient."""
    return resource_path(patient_of(root))


@pytest.fixture
def hp(browser_of):
    """A browser of a clinician of the centre."""
    return browser_of(HP)
