"""What the membership workflow does: it alone writes the grants of profiles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.core.clock import now
from cpms_portal.core.resources import modified
from cpms_portal.networks.queries import (
    ENDING,
    decides_too,
    enrolment_of,
    guest_end,
    institution_of,
    network_of,
    works_of,
)
from cpms_portal.networks.resources import Membership
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from cpms_portal.workflow.interfaces import Transitioned
from cpms_portal.workflow.registration import due, effect

YEAR = timedelta(days=365)
#: How long a guest stays when nobody chose an end.
SHORTEST, LONGEST = timedelta(days=90), YEAR


@due("membership_answer")
def membership_answer(membership: Membership, actor: Actor) -> datetime:
    """Requests are answered within the days the network promises, anew after each answer."""
    network = network_of(membership)
    days = 3 if network is None else network.membership_days
    return membership.history[-1].at + timedelta(days=days)


@due("membership_review")
def membership_review(membership: Membership, actor: Actor) -> datetime:
    """Somebody looks at a membership a year after it was confirmed, at a guest before the end."""
    if membership.ends is not None:
        return membership.ends - ENDING
    return membership.history[-1].at + YEAR


@effect("grant_profile")
def grant_profile(membership: Membership, actor: Actor, step: Transitioned) -> None:
    """Grant the role of the membership at its node; guests until their end."""
    person = membership.person_resource()
    if person is None:
        return
    if membership.is_timed:
        _choose_end(membership, step, actor)
        settle_end(membership, actor)
        return
    grant(person, Role(membership.role), membership.node(), since=actor.now)
    network = network_of(membership)
    if network is not None and decides_too(membership.role, network):
        grant(person, Role.DEPUTY, membership.node(), since=actor.now)


def _choose_end(membership: Membership, step: Transitioned, actor: Actor) -> None:
    if step.transition == "resume":
        return
    chosen: datetime | None = step.values.get("until")
    membership.until_panels = bool(step.values.get("until_panels"))
    usual = LONGEST if membership.until_panels or not membership.asked else SHORTEST
    membership.until = chosen or max(actor.now, now(actor.registry)) + usual


def settle_end(membership: Membership, actor: Actor) -> None:
    """Work out when a guest's access ends as things stand, and grant it until then."""
    person = membership.person_resource()
    network = network_of(membership)
    if membership.state != "active" or person is None or network is None:
        return
    since = next(step.at for step in membership.history if step.transition == "approve")
    until = membership.until or since + LONGEST
    works = [one for one in works_of(person, actor) if one.closed is None or one.closed >= since]
    membership.ends = guest_end(
        until, works, network.guest_days_after, panels_alone=membership.until_panels
    )
    grant(person, Role(membership.role), membership.node(), since=since, until=membership.ends)
    membership.due = membership_review(membership, actor)
    modified(membership, actor.registry)


@effect("revoke_profile")
def revoke_profile(membership: Membership, actor: Actor, step: Transitioned) -> None:
    """Take the role of the membership away; at once, everywhere below."""
    person = membership.person_resource()
    if person is None:
        return
    revoke(person, Role(membership.role), membership.node())
    if membership.role in (Role.DISPATCHER, Role.REPRESENTATIVE):
        revoke(person, Role.DEPUTY, membership.node())
    if membership.role == Role.GUEST:
        _end_enrolment(membership, actor, step)


def _end_enrolment(membership: Membership, actor: Actor, step: Transitioned) -> None:
    """A guest who leaves enrols nobody in the virtual centre any more."""
    enrolment: Any = enrolment_of(membership)
    if enrolment is not None and institution_of(enrolment) is not institution_of(membership):
        portal = SystemActor(actor.registry, None, frozenset(), actor.now)
        transition(enrolment, "end", portal, reason=step.reason)
