"""The same panel and study that annotations are tested with."""

from __future__ import annotations

from tests.annotations.conftest import cast, panel, study, viewer

__all__ = ["cast", "panel", "study", "viewer"]
