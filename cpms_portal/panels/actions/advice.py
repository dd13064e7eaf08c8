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
    """Add advice to a panel; one person may contribute several times."""
    _need(actor, Permission.CONTRIBUTION_ADD, panel)
    contribution = Contribution(actor.oid, panel.round, actor.now)
    panel["contributions"].add(random_id(), contribution)
    contribution.keep(actor.registry, "text", _written(text))
    begin(contribution, actor)
    drop_draft(panel, "contribution", actor)
    notify(resource_of(panel, panel.lead), "panel.contribution_added", panel, actor)
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
    request = InformationRequest(actor.oid, panel.round, actor.now)
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
    request.answered_by, request.answered = actor.oid, actor.now


def withdraw_request(request: InformationRequest, actor: Actor) -> None:
    """Take a request back that needs no answer any more."""
    transition(request, "withdraw", actor)


def _need(actor: Actor, permission: Permission, resource: Any) -> None:
    if not actor.may(permission, resource):
        raise TransitionDeniedError(_("Your role does not allow this step."))


def _written(text: str) -> str:
    if not text.strip():
        raise ValueRefusedError(_("Write something first."), "text")
    if len(text) > LENGTH:
        raise ValueRefusedError(_("This is too long."), "text")
    return text.strip()
