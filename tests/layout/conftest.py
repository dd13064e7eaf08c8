"""The tiny portal for tests of the layout."""

from __future__ import annotations

import pytest

from tests.layout.site import TinySite


@pytest.fixture
def site(tmp_path):
    """A tiny portal to configure further."""
    return TinySite(tmp_path)
