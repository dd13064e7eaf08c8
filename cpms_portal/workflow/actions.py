"""Move things through their workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified
from cpms_portal.security.acl import apply_acl
from cpms_portal.workflow.interfaces import Step, Transition, Transitioned, Workflow
from cpms_portal.workflow.queries import blocked_by, workflow_of
from cpms_portal.workflow.registration import rules_of


def begin(resource: Any, actor: Actor) -> None:
    """Put a seated resource into the first state of its workflow."""
    workflow = _workflow(resource, actor)
    resource.state = ""
    resource.history = ()
    _enter(resource, workflow.initial_state, actor, step="begin")
    modified(resource, actor.registry)


def transition(
    resource: Any,
    name: str,
    actor: Actor,
    *,
    reason: str = "",
    values: Mapping[str, Any] | None = None,
) -> Transitioned:
    """Take a transition and announce it.

    Raises TransitionDeniedError when state, permission or a guard forbids it,
    ValueRefusedError when a reason is needed and missing.
    """
    workflow = _workflow(resource, actor)
    move = workflow.transitions.get(name)
    if move is None:
        raise TransitionDeniedError(_("There is no such step."))
    _check(resource, move, actor, reason)
    before = resource.state
    _enter(resource, move.target, actor, step=name, reason=reason)
    step = Transitioned(
        resource, workflow.name, name, before, move.target, actor, reason, actor.now, values or {}
    )
    for effect in move.effects:
        rules_of(actor.registry, "effects")[effect](resource, actor, step)
    modified(resource, actor.registry)
    announce(actor.registry, step)
    return step


def _workflow(resource: Any, actor: Actor) -> Workflow:
    workflow = workflow_of(resource, actor.registry)
    if workflow is None:
        raise KeyError(actor.registry.content.typeof(resource))
    return workflow


def _check(resource: Any, move: Transition, actor: Actor, reason: str) -> None:
    if resource.state not in move.sources:
        raise TransitionDeniedError(_("This has moved on meanwhile. Please look again."))
    if not actor.may(move.permission or "", resource):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    if move.reason_required and not reason.strip():
        raise ValueRefusedError(_("Please say why."), "reason")
    blocked = blocked_by(resource, move, actor)
    if blocked is not None:
        raise TransitionDeniedError(blocked)


def _enter(resource: Any, state: str, actor: Actor, *, step: str, reason: str = "") -> None:
    taken = Step(actor.now, actor.oid, actor.name, step, resource.state, state, reason.strip())
    resource.state = state
    resource.history = (*resource.history, taken)
    apply_state(resource, actor)


def apply_state(resource: Any, actor: Actor) -> None:
    """Store access list and due date as the present state says."""
    workflow = _workflow(resource, actor)
    state = workflow.states[resource.state]
    if state.due is not None:
        resource.due = rules_of(actor.registry, "dues")[state.due](resource, actor)
    elif getattr(resource, "due", None) is not None:
        resource.due = None
    apply_acl(resource, state.permissions)
