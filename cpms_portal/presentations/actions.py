"""Lead, show, let go, look. Nothing is written to the object database."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.panels.resources import Panel
from cpms_portal.presentations.store import presentations
from cpms_portal.security.permissions import Permission


def lead(panel: Panel, actor: Actor) -> None:
    """Show images to the others from now on, instead of whoever did."""
    _need(actor, Permission.PRESENTATION_LEAD, panel)
    presentations(actor.registry).lead(oid_of(panel), actor.oid, _seconds(actor))
    announce(actor.registry, Changed(panel, actor, "presentation.lead"))


def show(panel: Panel, state: dict[str, Any], actor: Actor) -> bool:
    """Share what the leader sees; False when somebody else leads meanwhile."""
    _need(actor, Permission.PRESENTATION_LEAD, panel)
    return presentations(actor.registry).show(oid_of(panel), actor.oid, state, _seconds(actor))


def let_go(panel: Panel, actor: Actor) -> None:
    """Stop leading."""
    _need(actor, Permission.PRESENTATION_VIEW, panel)
    presentations(actor.registry).let_go(oid_of(panel), actor.oid, _seconds(actor))


def look(panel: Panel, actor: Actor, *, following: bool) -> None:
    """Say that somebody looks, and whether they follow."""
    _need(actor, Permission.PRESENTATION_VIEW, panel)
    store = presentations(actor.registry)
    store.look(oid_of(panel), actor.oid, _seconds(actor), following=following)


def _seconds(actor: Actor) -> float:
    return actor.now.timestamp()


def _need(actor: Actor, permission: Permission, panel: Panel) -> None:
    if not actor.may(permission, panel):
        raise TransitionDeniedError(_("Your role does not allow this step."))
