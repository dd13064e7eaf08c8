"""The people of the tests of notices."""

from __future__ import annotations

import pytest

from tests.factories.panels import Cast


@pytest.fixture
def cast(root, registry):
    """The people of the training site, acting in a transaction that is given up."""
    return Cast(root, registry)
