"""A ticket: what was said, and what can be done now."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import CPMSError, TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.security.permissions import Permission
from cpms_portal.support.actions import blank, pass_on, refuse_patients, take_step
from cpms_portal.support.queries import answers_here, desks, name_of_desk, value_of_desk
from cpms_portal.support.resources import Ticket
from cpms_portal.support.schemas import LONGEST, NO_PATIENTS
from cpms_portal.support.views.desk import line_of
from cpms_portal.workflow.queries import offers

#: Steps that carry what was typed; the others need no words.
WRITING = ("answer", "ask_again")
DONE = {
    "answer": _("Your answer was sent."),
    "ask_again": _("It was sent to the helpdesk."),
    "take": _("It is yours now."),
    "solve": _("This is solved."),
    "close": _("Thank you. This is closed."),
}
#: After these steps the team goes on with the queue.
TO_QUEUE = {"discard", "pass_on"}


def shown(ticket: Ticket, actor: Actor, request: Request) -> dict[str, Any]:
    """Return what the page of a ticket shows to somebody."""
    team = answers_here(actor, ticket)
    offered = offers(ticket, actor)
    others = [desk for desk in desks(ticket) if desk is not ticket.__parent__] if team else []
    return {
        **line_of(ticket, request),
        "ticket": ticket,
        "messages": list(enumerate(ticket.messages)),
        "team": team,
        "writes": next((one for one in offered if one.name in WRITING), None),
        "steps": [one for one in offered if one.name not in WRITING],
        "desks": [(value_of_desk(desk), name_of_desk(desk)) for desk in others],
        "mail": ticket.visitor.mail if team and ticket.visitor is not None else "",
        "hint": NO_PATIENTS,
        "longest": LONGEST,
        "typed": "",
        "problem": None,
        "doubtful": False,
        "key": "",
        "path": request.resource_path(ticket),
    }


def ticket_page(context: Ticket, request: Request) -> dict[str, Any]:
    """Show a ticket to who asked or to the team."""
    return shown(context, request.actor, request)


def move_ticket(context: Ticket, request: Request) -> dict[str, Any] | Response:
    """Take the step of a button."""
    step = request.POST.get("step", "")
    try:
        move(context, step, request.actor, request)
    except (ValueRefusedError, TransitionDeniedError) as error:
        return refused(context, request.actor, request, error)
    if step in DONE:
        request.tell(DONE[step])
    to_queue = step in TO_QUEUE
    place = (context.__parent__, "queue") if to_queue else (context,)
    if step == "pass_on":
        request.tell(_("It was passed on."))
        place = (request.root["support"],)
    return HTTPSeeOther(request.resource_path(*place))


def move(ticket: Ticket, step: str, actor: Actor, request: Request) -> None:
    """Take a step as somebody; text that seems to point to a patient is looked at again."""
    text = request.POST.get("text", "")[:LONGEST]
    if step in ("pass_on", "blank"):
        if not answers_here(actor, ticket):
            raise TransitionDeniedError(_("Your role does not allow this step."))
        _team_step(ticket, step, request)
        return
    refuse_patients(text, actor, sure="sure" in request.POST)
    take_step(ticket, step, text, actor)


def _team_step(ticket: Ticket, step: str, request: Request) -> None:
    if step == "blank":
        number = request.POST.get("number", "")
        valid = number.isascii() and number.isdigit() and len(number) < 5
        blank(ticket, int(number) if valid else -1, request.actor)
        return
    wanted = request.POST.get("desk", "")
    found = [desk for desk in desks(ticket) if value_of_desk(desk) == wanted]
    if not found:
        raise ValueRefusedError(_("Choose who should answer."), "desk")
    pass_on(ticket, found[0], request.actor)


def refused(ticket: Ticket, actor: Actor, request: Request, error: CPMSError) -> dict[str, Any]:
    """Show the page again with what was typed and what is wrong."""
    request.tm.doom()
    request.response.status_int = error.status
    text = request.POST.get("text", "")[:LONGEST]
    doubtful = getattr(error, "field", "") == "text" and bool(text.strip())
    said = {"problem": error.message, "typed": text, "doubtful": doubtful}
    return {**shown(ticket, actor, request), **said}


def includeme(config: Configurator) -> None:
    """Register the page."""
    for view, method in ((ticket_page, "GET"), (move_ticket, "POST")):
        config.add_view(
            view,
            context=Ticket,
            permission=Permission.TICKET_VIEW,
            request_method=method,
            renderer="cpms_portal.support:templates/ticket.pt",
        )
