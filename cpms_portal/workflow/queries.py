"""Questions about workflows: which one, which state, what can be done now."""

from __future__ import annotations

from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.workflow.interfaces import Offer, State, Transition, Workflow
from cpms_portal.workflow.registration import rules_of


def workflows(registry: Registry) -> dict[str, Workflow]:
    """Return the workflows of this portal by content type."""
    return registry.cpms_workflows


def workflow_of(resource: Any, registry: Registry) -> Workflow | None:
    """Return the workflow of a resource, or None when its type has none."""
    return workflows(registry).get(registry.content.typeof(resource))


def state_of(resource: Any, registry: Registry) -> State:
    """Return the state a resource is in; KeyError when it has no workflow."""
    workflow = workflow_of(resource, registry)
    if workflow is None:
        raise KeyError(registry.content.typeof(resource))
    return workflow.states[resource.state]


def state_title(resource: Any, registry: Registry) -> str:
    """Return the words of the state a resource is in."""
    return state_of(resource, registry).title


def blocked_by(resource: Any, move: Transition, actor: Actor) -> str | None:
    """Return the reason of the first guard that says no, or None."""
    guards = rules_of(actor.registry, "guards")
    for name in move.guards:
        reason: str | None = guards[name](resource, actor)
        if reason is not None:
            return reason
    return None


def offers(resource: Any, actor: Actor) -> list[Offer]:
    """Return what the actor may do with a resource now; a blocked move says why."""
    workflow = workflow_of(resource, actor.registry)
    if workflow is None:
        return []
    return [
        Offer(
            move.name,
            move.title,
            blocked_by(resource, move, actor),
            move.reason_required,
            move.confirm,
        )
        for move in workflow.transitions.values()
        if resource.state in move.sources
        and move.permission is not None
        and actor.may(move.permission, resource)
    ]
