"""What must be true before somebody assists somebody."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import institution_of
from cpms_portal.people.resources import Delegation
from cpms_portal.security.grants import holds
from cpms_portal.security.roles import Role
from cpms_portal.workflow.registration import guard


@guard("both_at_the_centre")
def both_at_the_centre(delegation: Delegation, actor: Actor) -> str | None:
    """An assistant and a clinician of the same centre, each with an active membership."""
    centre = institution_of(delegation)
    for oid, role, reason in (
        (delegation.assistant, Role.ASSISTANT, _("This person is no assistant of the centre.")),
        (delegation.clinician, Role.HP, _("Assistants act for clinicians of their own centre.")),
    ):
        person = resource_of(delegation, oid)
        if person is None or centre is None or not holds(person, role, centre, actor.now):
            return reason
    return None
