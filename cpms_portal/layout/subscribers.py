"""Every page template gets the variable ``layout``."""

from __future__ import annotations

from typing import Any

from pyramid.events import BeforeRender

from cpms_portal.layout.page import Layout


def offer_layout(event: BeforeRender) -> None:
    """Put ``layout`` into what a template sees, unless the view brings its own."""
    request = event.get("request")
    if request is None or not str(event.get("renderer_name", "")).endswith(".pt"):
        return
    event["layout"] = Layout(event.get("context"), request, title=_title_of(event))


def _title_of(event: BeforeRender) -> Any:
    values = event.rendering_val
    if isinstance(values, dict) and values.get("title"):
        return values["title"]
    return getattr(event.get("view"), "title", None)
