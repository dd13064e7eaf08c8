"""The finder follows memberships, and so do those who assist somebody."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import institution_of, portal_of
from cpms_portal.networks.resources import Membership
from cpms_portal.notifications.actions import notify
from cpms_portal.people.actions import refresh_facets
from cpms_portal.people.actions.delegations import end_delegations
from cpms_portal.people.interfaces import NOTICES
from cpms_portal.people.queries.delegations import delegations_with
from cpms_portal.people.resources import Delegation
from cpms_portal.security.roles import Role
from cpms_portal.workflow.interfaces import Transitioned


def follow_membership(event: Transitioned) -> None:
    """Read a person into the finder again when a membership begins, pauses or ends."""
    if isinstance(event.resource, Membership):
        person = event.resource.person_resource()
        if person is not None:
            refresh_facets(person, event.actor)


def end_assistance(event: Transitioned) -> None:
    """End what an assistant or a clinician who leaves a centre had there with others."""
    membership = event.resource
    if not isinstance(membership, Membership) or event.to_state != "ended":
        return
    side = {Role.ASSISTANT: "assistant", Role.HP: "clinician"}.get(Role(membership.role))
    person, centre = membership.person_resource(), institution_of(membership)
    if side is None or person is None or centre is None:
        return
    portal = portal_of(event.actor)
    found = delegations_with(person, side, portal)
    end_delegations([one for one in found if institution_of(one) is centre], portal)


def follow_confirmation(event: Transitioned) -> None:
    """Tell an assistant that they may act for somebody now."""
    delegation = event.resource
    if isinstance(delegation, Delegation) and event.transition == "confirm":
        assistant = resource_of(delegation, delegation.assistant)
        notify(assistant, "delegation.confirmed", delegation, event.actor)


def includeme(config: Configurator) -> None:
    """Listen, and register the texts of the notices."""
    for listener in (follow_membership, end_assistance, follow_confirmation):
        config.add_subscriber(listener, Transitioned)
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
