"""What the membership workflow does: it alone writes the grants of profiles."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.networks.resources import Membership
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.interfaces import Transitioned
from cpms_portal.workflow.registration import effect


@effect("grant_profile")
def grant_profile(membership: Membership, actor: Actor, step: Transitioned) -> None:
    """Grant the role of the membership at its node."""
    person = membership.person_resource()
    if person is not None:
        until = step.values.get("until")
        grant(person, Role(membership.role), membership.node(), since=actor.now, until=until)


@effect("revoke_profile")
def revoke_profile(membership: Membership, actor: Actor, step: Transitioned) -> None:
    """Take the role of the membership away; at once, everywhere below."""
    person = membership.person_resource()
    if person is not None:
        revoke(person, Role(membership.role), membership.node())
