"""What the trail listens to: changes and steps in their transaction, reads and refusals at once."""

from __future__ import annotations

import json
from typing import Any

from pyramid.config import Configurator
from pyramid.location import lineage

from cpms_portal.audit.trail import Entry, record_with, trail_of
from cpms_portal.core.actor import Actor
from cpms_portal.core.events import AccessEvent, Changed, Refused, Transitioned, Viewed
from cpms_portal.core.resources import oid_of


def _oid_above(resource: Any, noun: str) -> int:
    for location in lineage(resource):
        if getattr(location, "noun", None) == noun:
            return int(getattr(location, "__oid__", 0))
    return 0


def entry_for(resource: Any, actor: Actor, action: str, detail: Any = None) -> Entry:
    """Return the entry for something an actor did with a resource.

    Of an assistant it says who did it, and in ``detail`` for whom (oid).
    """
    if actor.on_behalf_of is not None:
        detail = {**(detail or {}), "for": oid_of(actor.on_behalf_of)}
    return Entry(
        actor.now.isoformat(timespec="milliseconds"),
        actor.oid,
        action,
        getattr(resource, "noun", type(resource).__name__.lower()),
        int(getattr(resource, "__oid__", 0)),
        _oid_above(resource, "patient") if resource is not None else 0,
        _oid_above(resource, "institution") if resource is not None else 0,
        actor.source,
        json.dumps(detail, sort_keys=True) if detail else "",
    )


def record_step(event: Transitioned) -> None:
    """Record a step of a workflow with its transaction."""
    detail = {"from": event.from_state, "to": event.to_state}
    action = f"{event.workflow}.{event.transition}"
    record_with(
        trail_of(event.actor.registry), entry_for(event.resource, event.actor, action, detail)
    )


def record_change(event: Changed) -> None:
    """Record a change with its transaction."""
    entry = entry_for(event.resource, event.actor, event.what, event.detail)
    record_with(trail_of(event.actor.registry), entry)


def record_now(event: Any) -> None:
    """Record a read, a refusal or a sign-in at once, whatever becomes of the request."""
    entry = entry_for(event.resource, event.actor, event.what, event.detail)
    trail_of(event.actor.registry).append([entry])


def includeme(config: Configurator) -> None:
    """Listen."""
    config.add_subscriber(record_step, Transitioned)
    config.add_subscriber(record_change, Changed)
    for kind in (Viewed, Refused, AccessEvent):
        config.add_subscriber(record_now, kind)
