"""The messages of viewers that look together, with polling: one question, one answer."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pyramid.httpexceptions import HTTPNotModified
from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.panels.resources import Panel
from cpms_portal.presentations.actions import lead, let_go, look, show
from cpms_portal.presentations.queries import (
    lookers_of,
    name_of,
    panels_to_look_in,
    shared_in,
)
from cpms_portal.presentations.schemas import message_of
from cpms_portal.security.permissions import Permission


def _told(panel: Panel, request: Request) -> dict[str, Any]:
    shared = shared_in(panel, request.actor)
    return {
        "number": shared.number,
        "leader": name_of(panel, shared.leader),
        "mine": bool(shared.leader) and shared.leader == request.actor.oid,
        "state": shared.state,
        "lookers": [[one.name, one.follows] for one in lookers_of(panel, shared)],
    }


@view_config(
    context=Panel,
    name="presentation",
    permission=Permission.PRESENTATION_VIEW,
    request_method="GET",
    renderer="json",
    audited=False,
)
def presentation(panel: Panel, request: Request) -> Any:
    """Return what is shared; 304 when nothing changed since the answer with this ETag."""
    told = _told(panel, request)
    mark = sha256(repr(sorted(told.items())).encode()).hexdigest()[:16]
    if mark in request.if_none_match:
        return HTTPNotModified(etag=mark)
    request.response.etag = mark
    return told


@view_config(
    context=Panel,
    name="present",
    permission=Permission.PRESENTATION_VIEW,
    request_method="POST",
    renderer="json",
    audited=False,
)
def submit_message(panel: Panel, request: Request) -> dict[str, Any]:
    """Take one message of a viewer, and answer with what is shared now."""
    message = message_of(request.body)
    actor = request.actor
    if message["step"] == "lead":
        lead(panel, actor)
    if message["step"] in ("lead", "show") and message["state"] is not None:
        show(panel, message["state"], actor)
    if message["step"] == "let_go":
        let_go(panel, actor)
    look(panel, actor, following=message["following"])
    return _told(panel, request)


@view_config(
    context="cpms_portal.imaging.interfaces.IAnnotated",
    name="presentation-bar",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.presentations:templates/presentation-bar.pt",
)
def presentation_bar(target: Any, request: Request) -> dict[str, Any]:
    """Offer to look together in the panels of the patient."""
    may = request.has_permission
    return {
        "panels": [
            {
                "title": panel.title,
                "path": request.resource_path(panel),
                "may_lead": may(Permission.PRESENTATION_LEAD, panel),
            }
            for panel in panels_to_look_in(target, request.actor)
        ]
    }
