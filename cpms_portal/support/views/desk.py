"""The desk: ask, read one's own tickets, and for the team what waits."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.networks.queries import network_of
from cpms_portal.search.queries import BATCH
from cpms_portal.security.permissions import Permission
from cpms_portal.support.interfaces import TOPICS
from cpms_portal.support.queries import WAITING, name_of_desk, own_tickets, queue_of
from cpms_portal.support.resources import Support, Ticket
from cpms_portal.workflow.queries import state_of

#: What the queue shows: the name in the address → the states, and their words.
QUEUES: dict[str, tuple[tuple[str, ...], Any]] = {
    "waiting": (WAITING, _("Waiting")),
    "answered": (("answered",), _("Answered")),
    "solved": (("solved",), _("Solved")),
    "discarded": (("discarded",), _("Put aside")),
}


def line_of(ticket: Ticket, request: Request) -> dict[str, Any]:
    """Return a ticket as a list shows it: never what was typed."""
    return {
        "title": title_of(ticket),
        "url": request.resource_path(ticket),
        "desk": name_of_desk(ticket.__parent__),
        "state": state_of(ticket, request.registry),
        "at": ticket.messages[-1].at,
        "from_visitor": ticket.visitor is not None,
    }


def title_of(ticket: Ticket) -> Any:
    """Return the name of a ticket: its topic and its id."""
    return _("${topic}, ${number}", mapping={"topic": TOPICS[ticket.topic], "number": name(ticket)})


def name(ticket: Ticket) -> str:
    """Return the id of a ticket as people say it."""
    return str(ticket.__name__)


def desk_page(context: Support, request: Request) -> dict[str, Any]:
    """Show how to ask, and what one asked so far."""
    network = network_of(context)
    return {
        "title": _("Helpdesk") if network is None else _("Helpdesk of the network"),
        "network": network,
        "ask": request.resource_path(context, "ask"),
        "lines": [line_of(one, request) for one in own_tickets(context, request.actor)],
        "queue": request.resource_path(context, "queue")
        if request.has_permission(Permission.SUPPORT_ANSWER, context)
        else None,
    }


def queue_page(context: Support, request: Request) -> dict[str, Any]:
    """List the tickets of a desk, those that wait longest first."""
    asked = request.GET.get("show", "")
    shown = asked if asked in QUEUES else "waiting"
    start = request.GET.get("start", "")
    begin = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 0
    found = queue_of(context, request.actor, QUEUES[shown][0], begin)
    path = request.resource_path(context, "queue")
    return {
        "title": _("Questions to the helpdesk"),
        "desk": name_of_desk(context),
        "queues": [(one, words) for one, (_states, words) in QUEUES.items()],
        "shown": shown,
        "path": path,
        "found": found,
        "size": BATCH,
        "lines": [line_of(one, request) for one in found],
        "address": lambda first: f"{path}?show={shown}&start={first}",
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        desk_page,
        context=Support,
        permission=Permission.SUPPORT_VIEW,
        request_method="GET",
        renderer="cpms_portal.support:templates/desk.pt",
    )
    config.add_view(
        queue_page,
        context=Support,
        name="queue",
        permission=Permission.SUPPORT_ANSWER,
        request_method="GET",
        renderer="cpms_portal.support:templates/queue.pt",
    )
    config.add_tab(Support, "", _("Helpdesk"), order=10, permission=Permission.SUPPORT_VIEW)
    config.add_tab(Support, "queue", _("Questions"), order=20, permission=Permission.SUPPORT_ANSWER)
