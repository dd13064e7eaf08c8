"""The form with every widget, for tests."""

from __future__ import annotations

import pytest

from tests.forms.gallery import KEPT, EnrolSample, gallery


@pytest.fixture
def site(tmp_path):
    """A tiny portal with the form at ``/enrol``."""
    EnrolSample.taken.clear()
    KEPT.clear()
    return gallery(tmp_path)
