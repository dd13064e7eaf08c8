"""What a machine lacks is said at the start, with the way to get it."""

from __future__ import annotations

import pytest

from cpms_portal.scripts import _system
from cpms_portal.scripts._system import Need, left_out


def test_a_machine_that_has_everything_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_system, "NEEDS", (Need("Pango", ("pango",), lambda: True, "PDFs"),))
    assert left_out() == ""


def test_what_is_lacking_is_named_with_the_packages_that_bring_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needs = (
        Need("Pango", ("libpango", "fonts"), lambda: None, "PDFs"),
        Need("Orthanc", ("orthanc",), lambda: None),
        Need("ffmpeg", ("ffmpeg",), lambda: None, "video and sound"),
    )
    monkeypatch.setattr(_system, "NEEDS", needs)
    said = left_out()
    assert "PDFs, video and sound" in said
    assert "apt-get install libpango fonts ffmpeg" in said
    assert "orthanc" not in said  # only the tests need it
