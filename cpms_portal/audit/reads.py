"""Reading is recorded in one place: every view of something at or below a patient.

A view may say ``audited=False`` when it records by itself or shows nothing of the patient (the
pieces of an image, say), and ``audited=True`` when it shows patients from elsewhere (a listing).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.location import lineage
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.events import Viewed, announce

#: Answers that show something: pages, parts of files, forms shown again, both versions.
SHOWN = frozenset({200, 206, 304, 409, 422})
READING = "cpms.audit.reading"
View = Callable[[Any, Request], Response]


def audited_view(view: View, about: Any) -> View:
    """Record that a view was read, once a request, after it answered."""
    wanted: bool | None = about.options.get("audited")
    if wanted is False:
        return view

    def audited(context: Any, request: Request) -> Response:
        if READING in request.environ:
            return view(context, request)  # a piece of a page that is recorded already
        request.environ[READING] = True
        try:
            response = view(context, request)
        finally:
            del request.environ[READING]
        if response.status_int in SHOWN and (wanted or _is_clinical(context)):
            what = f"{getattr(context, 'noun', 'page')}.{request.view_name or 'view'}"
            announce(request.registry, Viewed(context, request.actor, what))
        return response

    return audited


def _is_clinical(context: Any) -> bool:
    """Say whether something is a patient or stands below one."""
    if not hasattr(context, "__parent__"):
        return False
    return any(getattr(above, "noun", None) == "patient" for above in lineage(context))


# Pyramid reads the names of the options a deriver takes from this attribute.
audited_view.options = ("audited",)  # type: ignore[attr-defined]  # a function takes attributes


def includeme(config: Configurator) -> None:
    """Register the deriver around drawn pages."""
    config.add_view_deriver(audited_view, "audited", over="rendered_view")
