"""Contribute to a panel, ask for information, answer."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import modified, resource_of
from cpms_portal.notifications.actions import notify
from cpms_portal.panels.actions.steering import drop_draft
from cpms_portal.panels.resources import Contribution, InformationRequest, Panel
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import begin, transition

LENGTH = 20_000


def contribute(panel: Panel, text: str, actor: Actor) -> Contribution:
    """Add advice to a panel; one person may contribute several times.

    What an assistant adds is the clinician's, who is told at once and may change it.
    """
    _need(actor, Permission.CONTRIBUTION_ADD, panel)
    contribution = Contribution(actor.answers_oid, panel.round, actor.now)
    contribution.by = _assistant(actor)
    panel["contributions"].add(random_id(), contribution)
    contribution.keep(actor.registry, "text", _written(text))
    begin(contribution, actor)
    drop_draft(panel, "contribution", actor)
    notify(resource_of(panel, panel.lead), "panel.contribution_added", panel, actor)
    if contribution.by:
        notify(actor.answers, "panel.contributed_for_you", panel, actor)
    announce(actor.registry, Changed(contribution, actor, "contribution.add"))
    return contribution


def edit_contribution(contribution: Contribution, text: str, actor: Actor) -> None:
    """Change an own contribution, until the outcome is written."""
    _need(actor, Permission.CONTRIBUTION_EDIT, contribution)
    contribution.keep(actor.registry, "text", _written(text))
    contribution.edited = actor.now
    modified(contribution, actor.registry)
    announce(actor.registry, Changed(contribution, actor, "contribution.edit"))


def request_information(panel: Panel, text: str, actor: Actor) -> InformationRequest:
    """Ask the centre for something the panel needs to know."""
    _need(actor, Permission.INFORMATION_REQUEST_ADD, panel)
    request = InformationRequest(actor.answers_oid, panel.round, actor.now)
    request.by = _assistant(actor)
    panel["requests"].add(random_id(), request)
    request.keep(actor.registry, "text", _written(text))
    begin(request, actor)
    notify(resource_of(panel, panel.requester), "panel.data_wanted", panel, actor)
    announce(actor.registry, Changed(request, actor, "information_request.add"))
    return request


def answer_information(request: InformationRequest, text: str, actor: Actor) -> None:
    """Answer a request for information."""
    answer = _written(text)
    transition(request, "answer", actor)
    request.keep(actor.registry, "answer", answer)
    request.answered_by, request.answered = actor.answers_oid, actor.now
    request.answered_through = _assistant(actor)


def withdraw_request(request: InformationRequest, actor: Actor) -> None:
    """Take a request back that needs no answer any more."""
    transition(request, "withdraw", actor)


def _assistant(actor: Actor) -> int:
    """Return the oid of an assistant who acts for somebody, else 0."""
    return 0 if actor.on_behalf_of is None else actor.oid


def _need(actor: Actor, permission: Permission, resource: Any) -> None:
    if not actor.may(permission, resource):
        raise TransitionDeniedError(_("Your role does not allow this step."))


def _written(text: str) -> str:
    if not text.strip():
        raise ValueRefusedError(_("Write something first."), "text")
    if len(text) > LENGTH:
        raise ValueRefusedError(_("This is too long."), "text")
    return text.strip()
