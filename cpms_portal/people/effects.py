"""What the delegation workflow does: it alone lets an assistant act for a clinician."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import institution_of
from cpms_portal.people.resources import Delegation
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.interfaces import Transitioned
from cpms_portal.workflow.registration import effect


@effect("grant_assistance")
def grant_assistance(delegation: Delegation, actor: Actor, step: Transitioned) -> None:
    """Let the assistant act for the clinician at the centre."""
    grant(
        resource_of(delegation, delegation.assistant),
        Role.ASSISTANT,
        institution_of(delegation),
        since=actor.now,
        for_person=delegation.clinician,
    )


@effect("revoke_assistance")
def revoke_assistance(delegation: Delegation, actor: Actor, step: Transitioned) -> None:
    """End it: the next request of the assistant has none of the clinician's rights."""
    assistant = resource_of(delegation, delegation.assistant)
    if assistant is not None:
        centre = institution_of(delegation)
        revoke(assistant, Role.ASSISTANT, centre, for_person=delegation.clinician)
