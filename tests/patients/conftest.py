"""A patient of the training site's first centre."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import find_resource

from tests.factories.patients import enrolled


@pytest.fixture
def patient(root, registry):
    """A patient, kept."""
    made = enrolled(root, registry)
    transaction.commit()
    return made


@pytest.fixture
def address(patient):
    """The address of that patient."""
    return "/".join(["", *_names(patient), ""])


def _names(node):
    return [*_names(node.__parent__), node.__name__] if node.__parent__ is not None else []


@pytest.fixture
def reread(site):
    """Read a patient as another request would: ``reread(path)`` in a fresh connection."""

    def read(root, path):
        transaction.abort()
        return find_resource(root, path)

    return read
