"""Open tickets, write to them, pass them on, blank what should not have been written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyramid.traversal import resource_path

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import modified, resource_of
from cpms_portal.identity.actions.front_desk import may_ask
from cpms_portal.networks.queries import networks_of
from cpms_portal.notifications.actions import notify
from cpms_portal.outbox.actions import send_notice
from cpms_portal.support.queries import DESK, answers_here, doubts_about, key_of, team_of
from cpms_portal.support.resources import Message, Support, Ticket, Visitor
from cpms_portal.workflow.actions import apply_state, begin, transition

SUBJECT = _("CPMS: something waits for you")
RECEIVED = _("Your question has reached the helpdesk. Follow the link to read it and to add to it.")
ANSWERED = _("There is an answer to your question at the helpdesk. Follow the link to read it.")
#: So many tickets may one person open in an hour.
MOST_AN_HOUR = 10


def bring_up(root: Any, actor: Actor) -> None:
    """Make the desk of the portal in a new database."""
    add_desk(root, actor)


def add_desk(place: Any, actor: Actor) -> bool:
    """Give the portal or a network its desk; False when it has one."""
    if DESK in place:
        return False
    place.add(DESK, Support("Helpdesk", actor.now))
    return True


def add_desks(root: Any, actor: Actor) -> int:
    """Give every network that has none its desk; return how many were made."""
    return sum(add_desk(network, actor) for network in networks_of(root))


def open_ticket(desk: Support, asked: Mapping[str, Any], actor: Actor) -> Ticket:
    """Take a question. asked: topic, text, sure; of a visitor also name, mail, language.

    Raises ValueRefusedError when the text looks as if it held data of a patient and who wrote
    it is not sure, or when somebody asks too often.
    """
    refuse_patients(asked["text"], actor, sure=asked.get("sure", False))
    may_ask(desk, asked.get("mail", ""), actor, MOST_AN_HOUR)
    ticket = Ticket(asked["topic"], actor.oid, actor.now)
    name = actor.name
    if actor.person is None:
        ticket.visitor = Visitor(asked["name"], asked["mail"], asked["language"])
        name = asked["name"]
    ticket.messages = (Message(actor.now, actor.oid, name, asked["text"], False),)
    desk.add(random_id(), ticket)
    begin(ticket, actor)
    announce(actor.registry, Changed(ticket, actor, "ticket.opened"))
    _tell_team(ticket, "ticket.opened", actor)
    if ticket.visitor is not None:
        _tell_visitor(ticket, RECEIVED, actor)
    return ticket


def refuse_patients(text: str, actor: Actor, *, sure: bool) -> None:
    """Make somebody look again when a text looks as if it held data of a patient."""
    doubts = doubts_about(text, actor.now)
    if doubts and not sure:
        raise ValueRefusedError(
            _(
                "This looks as if it held ${what}. The helpdesk never needs to know which "
                "patient: take it out, or tick the box below.",
                mapping={"what": doubts[0]},
            ),
            "text",
        )


def answer(ticket: Ticket, text: str, actor: Actor) -> None:
    """Write to who asked, as the team."""
    transition(ticket, "answer", actor)
    _say(ticket, text, actor, from_team=True)
    if ticket.visitor is not None:
        _tell_visitor(ticket, ANSWERED, actor)
    else:
        notify(ticket.author(), "ticket.answered", ticket, actor)


def ask_again(ticket: Ticket, text: str, actor: Actor) -> None:
    """Add to a question, as who asked; it waits for the team again."""
    transition(ticket, "ask_again", actor)
    _say(ticket, text, actor, from_team=False)
    _tell_team(ticket, "ticket.asked_again", actor)


def pass_on(ticket: Ticket, desk: Support, actor: Actor) -> None:
    """Give a ticket to the team of another desk; the former team does not see it any more."""
    if desk is ticket.__parent__:
        raise ValueRefusedError(_("It is at this desk already."), "desk")
    ticket.__parent__.move(ticket.__name__, desk)
    if ticket.state == "in_progress":
        transition(ticket, "put_back", actor)
    apply_state(ticket, actor)
    modified(ticket, actor.registry)
    announce(actor.registry, Changed(ticket, actor, "ticket.passed_on"))
    _tell_team(ticket, "ticket.opened", actor)


def blank(ticket: Ticket, number: int, actor: Actor) -> None:
    """Take away the text of a message that should not have been written; who and when stay."""
    if not 0 <= number < len(ticket.messages):
        raise ValueRefusedError(_("This has moved on meanwhile. Please look again."))
    messages = list(ticket.messages)
    messages[number] = replace(messages[number], text="", blanked=True)
    ticket.messages = tuple(messages)
    announce(actor.registry, Changed(ticket, actor, "ticket.blanked"))


def _say(ticket: Ticket, text: str, actor: Actor, *, from_team: bool) -> None:
    if not text.strip():
        raise ValueRefusedError(_("Write something first."), "text")
    visitor = ticket.visitor
    name = visitor.name if visitor is not None and not from_team else actor.name
    said = Message(actor.now, actor.oid, name, text.strip(), from_team)
    ticket.messages = (*ticket.messages, said)
    modified(ticket, actor.registry)
    announce(actor.registry, Changed(ticket, actor, "ticket.written"))


def _tell_team(ticket: Ticket, text: str, actor: Actor) -> None:
    for oid in team_of(ticket.__parent__, actor):
        notify(resource_of(ticket, oid), text, ticket, actor)


def _tell_visitor(ticket: Ticket, text: Any, actor: Actor) -> None:
    path = f"{resource_path(ticket).rstrip('/')}/visit?key={key_of(ticket, actor.registry)}"
    send_notice(actor.registry, ticket.visitor, SUBJECT, text, path)


def take_step(ticket: Ticket, step: str, text: str, actor: Actor) -> None:
    """Do what a button of the ticket says: write, or move it on without a word."""
    if step == "answer":
        answer(ticket, text, actor)
    elif step == "ask_again":
        ask_again(ticket, text, actor)
    else:
        transition(ticket, step, actor)
    if text.strip() and step in {"solve", "close"}:
        _say(ticket, text, actor, from_team=answers_here(actor, ticket))
