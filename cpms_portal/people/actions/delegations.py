"""Appoint assistants, ask to assist, confirm and end it."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.networks.resources import Institution
from cpms_portal.notifications.actions import notify
from cpms_portal.people.guards import both_at_the_centre
from cpms_portal.people.queries.delegations import delegation_between
from cpms_portal.people.resources import Delegation, Delegations
from cpms_portal.security.resources import Person
from cpms_portal.workflow.actions import begin, transition


def appoint_assistant(
    institution: Institution, assistant: Person, clinician: Person, actor: Actor
) -> Delegation:
    """Let somebody assist the actor, a clinician of the centre; it counts at once.

    Raises TransitionDeniedError for anybody but the clinician, ValueRefusedError for who is no
    assistant of the centre.
    """
    if actor.oid != oid_of(clinician):
        raise TransitionDeniedError(_("Only the clinician appoints an assistant."))
    delegation = _begun(institution, assistant, clinician, actor)
    if delegation.state == "asked":
        transition(delegation, "confirm", actor)
    return delegation


def ask_to_assist(
    institution: Institution, assistant: Person, clinician: Person, actor: Actor
) -> Delegation:
    """Ask a clinician of the centre to confirm that the actor assists them; told once."""
    if actor.oid != oid_of(assistant):
        raise TransitionDeniedError(_("Only the assistant asks."))
    asked_before = delegation_between(institution, assistant, clinician) is not None
    delegation = _begun(institution, assistant, clinician, actor)
    if delegation.state == "asked" and not asked_before:
        notify(clinician, "delegation.asked", delegation, actor)
    return delegation


def _begun(
    institution: Institution, assistant: Person, clinician: Person, actor: Actor
) -> Delegation:
    """Return what there is between two people at a centre, begun when there is nothing."""
    if oid_of(assistant) == oid_of(clinician):
        raise ValueRefusedError(_("Choose two different people."), "person")
    existing = delegation_between(institution, assistant, clinician)
    if existing is not None:
        return existing
    if "delegations" not in institution:
        institution.add("delegations", Delegations("Delegations", actor.now))
    delegation = Delegation(assistant, clinician, actor.now)
    institution["delegations"].add(random_id(), delegation)
    reason = both_at_the_centre(delegation, actor)
    if reason is not None:
        raise ValueRefusedError(reason, "person")
    begin(delegation, actor)
    announce(actor.registry, Changed(delegation, actor, "delegation.begin"))
    return delegation


def confirm_assistant(delegation: Delegation, actor: Actor) -> None:
    """Confirm that somebody assists the actor."""
    transition(delegation, "confirm", actor)


def end_delegation(delegation: Delegation, actor: Actor) -> None:
    """End it at once, and tell both."""
    transition(delegation, "end", actor)
    for oid in (delegation.assistant, delegation.clinician):
        notify(resource_of(delegation, oid), "delegation.ended", delegation, actor)


def end_delegations(found: Any, actor: Actor) -> None:
    """End several, those that are over left out."""
    for delegation in found:
        if delegation.state != "ended":
            end_delegation(delegation, actor)
