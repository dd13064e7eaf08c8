"""Memberships tell the people they concern."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.actor import SystemActor
from cpms_portal.core.events import Changed, Transitioned
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.interfaces import NOTICES
from cpms_portal.networks.queries import deciders_of
from cpms_portal.networks.resources import Membership
from cpms_portal.notifications.actions import notify


def follow_request(event: Changed) -> None:
    """Tell who decides that somebody asks; nobody where the portal lets people in itself."""
    membership, actor = event.resource, event.actor
    if event.what != "membership.request" or not membership.asked:
        return
    for oid in deciders_of(membership, actor):
        notify(resource_of(membership, oid), "membership.requested", membership, actor)


def follow_decision(event: Transitioned) -> None:
    """Tell the person what was decided, and who decides that an answer came."""
    membership, actor = event.resource, event.actor
    text = f"membership.{event.transition}"
    if not isinstance(membership, Membership) or text not in NOTICES:
        return
    if isinstance(actor, SystemActor) and not membership.asked:
        return
    to_deciders = event.transition == "answer"
    people = deciders_of(membership, actor) if to_deciders else [membership.person]
    for oid in people:
        notify(resource_of(membership, oid), text, membership, actor)


def includeme(config: Configurator) -> None:
    """Listen."""
    config.add_subscriber(follow_request, Changed)
    config.add_subscriber(follow_decision, Transitioned)
