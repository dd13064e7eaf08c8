"""What patients listen to."""

from __future__ import annotations

from pyramid.events import ApplicationCreated, subscriber

from cpms_portal.core.actor import system_actor
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.networks.queries import institution_of
from cpms_portal.networks.resources import Membership
from cpms_portal.patients.actions import finish_erasures, reapply, reapply_below
from cpms_portal.patients.queries import patients_owned_by
from cpms_portal.patients.resources import Patient
from cpms_portal.workflow.interfaces import Transitioned


@subscriber(Transitioned)
def close_or_open_what_is_below(event: Transitioned) -> None:
    """Let what hangs on a patient follow its state: sharing ends and begins with the consent."""
    if isinstance(event.resource, Patient):
        reapply_below(event.resource, event.actor)


@subscriber(Transitioned)
def follow_the_membership_of_owners(event: Transitioned) -> None:
    """Let who leaves a centre lose the patients they enrolled there, and find them on return."""
    membership = event.resource
    centre = institution_of(membership) if isinstance(membership, Membership) else None
    if centre is None or event.from_state not in {"requested", "active", "suspended"}:
        return
    actor = system_actor(event.actor.registry)
    for patient in patients_owned_by(membership.person, centre, actor):
        reapply(patient, actor)


@subscriber(ApplicationCreated)
def finish_what_was_cut_off(event: ApplicationCreated) -> None:
    """Destroy keys whose patients were removed just before the portal was killed."""
    registry = event.app.registry
    connection = registry._zodb_databases[""].open()
    try:
        finish_erasures(connection.root()[ROOT_KEY], system_actor(registry))
    finally:
        connection.close()
