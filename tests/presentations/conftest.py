"""The same panel and study that annotations are tested with."""

from __future__ import annotations

from tests.annotations.conftest import (
    cast,
    chromium,
    panel,
    started_with_webgl,
    study,
    viewer,
)

__all__ = ["cast", "chromium", "panel", "started_with_webgl", "study", "viewer"]
