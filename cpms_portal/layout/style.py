"""The style guide: every component on one page, with invented words. Training sites only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.settings import setting
from cpms_portal.layout.assets import NoTree
from cpms_portal.layout.marks import TONES


@dataclass(frozen=True)
class Phase:
    """A sample phase."""

    title: str
    is_done: bool = False
    is_current: bool = False


@dataclass(frozen=True)
class Step:
    """A sample step of a history."""

    title: str
    who: str
    at: datetime
    text: str = ""


@dataclass(frozen=True)
class Part:
    """A sample part of a long list."""

    total: int = 312
    start: int = 25
    size: int = 25


PHASES = [
    Phase("Selection", is_done=True),
    Phase("Data completion", is_done=True),
    Phase("Assessment", is_current=True),
    Phase("Outcome"),
    Phase("Sign-off"),
    Phase("Closed"),
]
STEPS = [
    Step("Assessment begins", "Ada Lindqvist", datetime(2026, 3, 5, 9, 12, tzinfo=UTC)),
    Step("Data complete", "Tomas Field", datetime(2026, 3, 3, 16, 40, tzinfo=UTC), "All labs in."),
    Step("Panel opened", "Tomas Field", datetime(2026, 3, 1, 8, 5, tzinfo=UTC)),
]


def style_page(request: Request) -> dict[str, Any]:
    """Show every component; not found on a production site."""
    if setting(request.registry, "cpms.site") != "training":
        raise HTTPNotFound()
    return {
        "title": "Style guide",
        "tones": TONES,
        "phases": PHASES,
        "steps": STEPS,
        "found": Part(),
        "address": lambda start: f"?start={start}",
    }


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_route("style", "/system/style", factory=NoTree)
    config.add_view(
        style_page,
        route_name="style",
        request_method="GET",
        renderer="templates/style.pt",
        permission=NO_PERMISSION_REQUIRED,
    )
