"""A patient of the training site's first centre, and the browser of its clinician."""

from __future__ import annotations

import pytest
import transaction

from tests.factories.patients import CENTRE, CLINICIAN, enrolled


@pytest.fixture
def patient(root, registry):
    """A patient, kept."""
    made = enrolled(root, registry)
    transaction.commit()
    return made


@pytest.fixture
def address(patient):
    """The address of that patient."""
    return f"{CENTRE}patients/{patient.__name__}/"


@pytest.fixture
def browser(browser_of):
    """The browser of a clinician."""
    return browser_of(CLINICIAN)
