"""What is shared in a panel now, with names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.imaging.queries import holder_of
from cpms_portal.panels.resources import Panel
from cpms_portal.presentations.interfaces import Presentation
from cpms_portal.presentations.store import presentations
from cpms_portal.security.permissions import Permission


@dataclass(frozen=True)
class Looker:
    """Somebody who looks at the images of a panel."""

    name: str
    follows: bool


def shared_in(panel: Panel, actor: Actor) -> Presentation:
    """Return what is shared in a panel now."""
    return presentations(actor.registry).find(oid_of(panel), actor.now.timestamp())


def name_of(panel: Panel, oid: int) -> str:
    """Return the name of somebody in a panel; empty for nobody."""
    person = resource_of(panel, oid) if oid else None
    return "" if person is None else str(person.title)


def lookers_of(panel: Panel, shared: Presentation) -> list[Looker]:
    """Return who looks, by name."""
    found = [Looker(name_of(panel, oid), follows) for oid, follows in shared.lookers.items()]
    return sorted(found, key=lambda one: one.name)


def panels_to_look_in(target: Any, actor: Actor) -> list[Panel]:
    """Return the panels of a patient in which somebody may look together with others."""
    panels = holder_of(target).get("panels", {}).values()
    found = [one for one in panels if actor.may(Permission.PRESENTATION_VIEW, one)]
    return sorted(found, key=lambda panel: panel.number)
