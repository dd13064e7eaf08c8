"""What annotations listen to: their panel stops or goes on, a contribution settles or is gone."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.annotations.resources import ANNOTATIONS
from cpms_portal.core.events import Transitioned
from cpms_portal.core.resources import oid_of
from cpms_portal.panels.queries.people import portal_at
from cpms_portal.panels.resources import STOPPED, Contribution, Panel
from cpms_portal.workflow.actions import apply_state, transition


def follow_panel(event: Transitioned) -> None:
    """Close what the outside may read when a panel stops, open it when it goes on."""
    panel = event.resource
    if not isinstance(panel, Panel):
        return
    if (event.from_state in STOPPED) != (event.to_state in STOPPED):
        for annotation in panel.get(ANNOTATIONS, {}).values():
            apply_state(annotation, event.actor)


def follow_contribution(event: Transitioned) -> None:
    """What a settled contribution shows does not change any more."""
    contribution = event.resource
    if not isinstance(contribution, Contribution) or event.to_state != "settled":
        return
    for annotation in contribution.panel.get(ANNOTATIONS, {}).values():
        if annotation.cited_by == oid_of(contribution) and annotation.state == "drawn":
            transition(annotation, "settle", portal_at(event.actor))


def includeme(config: Configurator) -> None:
    """Listen."""
    for listener in (follow_panel, follow_contribution):
        config.add_subscriber(listener, Transitioned)
