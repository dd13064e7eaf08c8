"""A visitor's ticket: opened by the link of the mail, for nobody else to find."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.security.permissions import Permission
from cpms_portal.support.queries import visitor_of
from cpms_portal.support.resources import Ticket
from cpms_portal.support.views.ticket import DONE, move, refused, shown


def _visitor(ticket: Ticket, request: Request) -> tuple[Actor, str]:
    """Return who holds the link, and its key; not found for everybody else."""
    key = request.params.get("key", "")
    actor = visitor_of(ticket, key, request.remote_addr or "", request.registry)
    if actor is None or not actor.may(Permission.TICKET_VIEW, ticket):
        raise HTTPNotFound()
    return actor, key


def visit_page(context: Ticket, request: Request) -> dict[str, Any]:
    """Show a ticket to the visitor who asked."""
    actor, key = _visitor(context, request)
    return {**shown(context, actor, request), **_address(context, key, request)}


def move_visited(context: Ticket, request: Request) -> dict[str, Any] | Response:
    """Take a step of the visitor."""
    actor, key = _visitor(context, request)
    step = request.POST.get("step", "")
    try:
        move(context, step, actor, request)
    except (ValueRefusedError, TransitionDeniedError) as error:
        return {**refused(context, actor, request, error), **_address(context, key, request)}
    if step in DONE:
        request.tell(DONE[step])
    return HTTPSeeOther(request.resource_path(context, "visit", query={"key": key}))


def _address(ticket: Ticket, key: str, request: Request) -> dict[str, Any]:
    return {"key": key, "path": request.resource_path(ticket, "visit")}


def includeme(config: Configurator) -> None:
    """Register the page."""
    for view, method in ((visit_page, "GET"), (move_visited, "POST")):
        config.add_view(
            view,
            context=Ticket,
            name="visit",
            permission=NO_PERMISSION_REQUIRED,
            request_method=method,
            renderer="cpms_portal.support:templates/ticket.pt",
        )
