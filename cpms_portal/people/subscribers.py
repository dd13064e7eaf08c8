"""The finder follows memberships."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.networks.resources import Membership
from cpms_portal.people.actions import refresh_facets
from cpms_portal.workflow.interfaces import Transitioned


def follow_membership(event: Transitioned) -> None:
    """Read a person into the finder again when a membership begins, pauses or ends."""
    if isinstance(event.resource, Membership):
        person = event.resource.person_resource()
        if person is not None:
            refresh_facets(person, event.actor)


def includeme(config: Configurator) -> None:
    """Listen."""
    config.add_subscriber(follow_membership, Transitioned)
