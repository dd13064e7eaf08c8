"""What the pages of a panel show to a reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.panels.queries.people import Who, who
from cpms_portal.panels.queries.progress import (
    contributions_of,
    frozen_from,
    invitations_of,
    requests_of,
)
from cpms_portal.panels.queries.waiting import invitation_for, outcome_lacks, task_in
from cpms_portal.panels.resources import Panel, Part
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.interfaces import Offer, State
from cpms_portal.workflow.queries import offers, state_of, workflow_of

LADDER = ("selection", "data_completion", "assessment", "outcome", "sign_off", "closed")
REQUESTED = ("draft", "awaiting_lead")
#: Steps a panel is taken forward by, the one to offer first before the others.
FORWARD = (
    "submit",
    "ask_assistance",
    "complete_data",
    "assess",
    "write_outcome",
    "ask_signatures",
    "close",
)
#: Steps that stand in for a blocked one; not offered while they are blocked themselves.
INSTEAD = frozenset({"write_outcome_anyway", "close_without_all"})
#: Steps with a page of their own.
OWN_PAGE = frozenset({"assign_lead"})


@dataclass(frozen=True)
class Phase:
    """One step of the bar of phases."""

    title: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Task:
    """What the reader should do now: a link to a view or a place, or a step of the workflow."""

    title: str
    text: str
    view: str = ""
    place: Any = None
    step: Offer | None = None


@dataclass(frozen=True)
class Entry:
    """Something somebody wrote, opened for a page."""

    part: Part
    who: Who
    text: str
    state: State
    answer: str = ""
    answered_by: Who | None = None
    may: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class HistoryLine:
    """One step of a panel's history."""

    title: str
    at: datetime
    who: str
    text: str


def phases(panel: Panel, actor: Actor) -> list[Phase]:
    """Return the bar of phases; empty for a cancelled panel."""
    workflow = workflow_of(panel, actor.registry)
    if workflow is None or panel.state == "cancelled":
        return []
    state = frozen_from(panel) or panel.state
    order = ("request", *LADDER)
    now = "request" if state in REQUESTED else "closed" if state == "archived" else state
    reached = order.index(now)
    found = []
    for number, name in enumerate(order):
        title = _("Request") if name == "request" else workflow.states[name].title
        over = number < reached or (now == "closed" and number == reached)
        found.append(Phase(title, over, number == reached and not over))
    return found


def steps(panel: Panel, actor: Actor) -> list[Offer]:
    """Return the steps the reader may see, those that lead forward first."""
    shown = [
        offer
        for offer in offers(panel, actor)
        if offer.name not in OWN_PAGE and not (offer.blocked and offer.name in INSTEAD)
    ]
    return sorted(shown, key=lambda one: FORWARD.index(one.name) if one.name in FORWARD else 99)


def task(panel: Panel, actor: Actor) -> Task | None:
    """Return the one thing the reader should do now, or None."""
    invited = invitation_for(panel, actor)
    if invited is not None:
        text = _("Read the question. When you accept you can read the whole case.")
        return Task(_("Answer the invitation"), text, place=invited)
    kind = task_in(panel, actor)
    if kind is None:
        return None
    if kind in {"lead", "draft"}:
        return _lead_task(panel, actor)
    return TASKS[kind]


TASKS = {
    "signature": Task(
        _("Sign the outcome"), _("Read the outcome, then sign it or say why not."), "outcome"
    ),
    "answer": Task(
        _("Answer the question of the panel"),
        _("The panel asked for information and waits for it."),
        "advice",
    ),
    "contribution": Task(
        _("Write your contribution"), _("The panel waits for your advice."), "advice"
    ),
    "assistance": Task(
        _("Name a lead"), _("The centre asked for help with this panel."), "assign-lead"
    ),
}


def _lead_task(panel: Panel, actor: Actor) -> Task | None:
    if panel.state == "selection" and not invitations_of(panel, panel.round):
        return Task(_("Invite experts"), _("Nobody has been invited yet."), "invite")
    if panel.state == "outcome" and outcome_lacks(panel, actor):
        text = _("The outcome still lacks a needed section.")
        return Task(_("Write the outcome"), text, "edit-outcome")
    forward = [offer for offer in steps(panel, actor) if offer.name in FORWARD]
    chosen = next((offer for offer in forward if offer.blocked is None), None)
    chosen = chosen or next(iter(forward), None)
    if chosen is None:
        return None
    return Task(
        chosen.title, chosen.blocked or state_of(panel, actor.registry).description, step=chosen
    )


#: Lines of a history that are no steps of the workflow.
NOTED = {"hand_over": _("Handed over")}


def history(panel: Panel, actor: Actor) -> list[HistoryLine]:
    """Return the steps of a panel, newest first, in words."""
    workflow = workflow_of(panel, actor.registry)
    if workflow is None:
        return []
    inside = actor.may(Permission.CONTRIBUTION_VIEW, panel)
    found = []
    for step in reversed(panel.history):
        move = workflow.transitions.get(step.transition)
        title = NOTED.get(step.transition, _("Request begun")) if move is None else move.title
        reason = panel.reason_of(actor.registry, step.reason) if inside else ""
        found.append(HistoryLine(title, step.at, step.who_name or _("The portal"), reason))
    return found


def members(panel: Panel, actor: Actor) -> list[Entry]:
    """Return the invitations of a panel with the answers, oldest first."""
    inside = actor.may(Permission.CONTRIBUTION_VIEW, panel)
    found = []
    for one in invitations_of(panel):
        if not actor.may(Permission.INVITATION_VIEW, one):
            continue
        reason = one.reason_of(actor.registry, one.history[-1].reason) if inside else ""
        may = {"withdraw": actor.may(Permission.INVITATION_WITHDRAW, one)}
        found.append(_entry(one, reason, actor, may=may))
    return found


def contributions(panel: Panel, actor: Actor) -> list[Entry]:
    """Return the contributions and requests for information of all rounds, oldest first."""
    parts: list[Part] = [*contributions_of(panel), *requests_of(panel)]
    return [
        _opened(part, actor)
        for part in sorted(parts, key=lambda part: part.history[0].at)
        if actor.may(f"{part.noun}:view", part)
    ]


def _opened(part: Part, actor: Actor) -> Entry:
    text = str(part.read(actor.registry, "text") or "")
    may = {
        "edit": actor.may(Permission.CONTRIBUTION_EDIT, part),
        "answer": actor.may(Permission.INFORMATION_REQUEST_ANSWER, part),
        "withdraw": actor.may(Permission.INFORMATION_REQUEST_WITHDRAW, part),
    }
    return _entry(part, text, actor, may=may)


def _entry(part: Part, text: str, actor: Actor, *, may: dict[str, bool]) -> Entry:
    answered_by = getattr(part, "answered_by", 0)
    return Entry(
        part,
        who(part.panel, part.person, actor, by=part.by),
        text,
        state_of(part, actor.registry),
        str(part.read(actor.registry, "answer") or ""),
        _answerer(part, actor) if answered_by else None,
        may,
    )


def _answerer(part: Any, actor: Actor) -> Who:
    return who(part.panel, part.answered_by, actor, by=part.answered_through)


def draft_of(panel: Panel, form: str, actor: Actor) -> Any:
    """Return what the actor typed in a form and did not send, or None."""
    name = f"{form}/{actor.oid}"
    return panel.opened(actor.registry, f"draft/{name}", panel.drafts.get(name))
