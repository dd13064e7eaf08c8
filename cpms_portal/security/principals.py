"""From a person's grants to the principals that count in this request.

The grant of an assistant says nothing by itself: it counts while the person acts for the
clinician it names, who still works there. All of it is read anew in every request, so that
what is revoked counts no more from the next request on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pyramid.security import Authenticated, Everyone

from cpms_portal.core.actor import Actor
from cpms_portal.core.clock import now
from cpms_portal.core.resources import oid_of, path_of, resource_of
from cpms_portal.security.grants import Grant, grants_of
from cpms_portal.security.roles import Role, principal

ANONYMOUS = frozenset({Everyone})


def principals_of(person: Any, at: datetime) -> frozenset[str]:
    """Return the principals of a person: an expired grant is simply not among them."""
    if person is None:
        return ANONYMOUS
    held = (one for one in grants_of(person, at) if one.role != Role.ASSISTANT)
    return _personal(person) | {principal(one.role, one.node) for one in held}


def _personal(person: Any) -> frozenset[str]:
    return frozenset({Everyone, Authenticated, principal(Role.HOLDER, oid_of(person))})


def delegations_of(person: Any, at: datetime) -> list[tuple[Grant, Any]]:
    """Return for whom an assistant may act now: the grant and the clinician, oldest first."""
    if person is None:
        return []
    held = [one for one in grants_of(person, at) if one.role == Role.ASSISTANT]
    centres = {one.node for one in held if not one.for_person}
    found = [
        (one, resource_of(person, one.for_person))
        for one in held
        if one.for_person and one.node in centres
    ]
    return [(one, clinician) for one, clinician in found if _works_at(clinician, one.node, at)]


def _works_at(clinician: Any, node: int, at: datetime) -> bool:
    if clinician is None or clinician.is_disabled:
        return False
    return any(one.same_as(Role.HP.value, node, 0) for one in grants_of(clinician, at))


def principals_for(person: Any, held: Grant, clinician: Any, at: datetime) -> frozenset[str]:
    """Return the principals of an assistant acting for a clinician, without any of their own.

    They stand for the clinician at the centre, at the patients in the clinician's charge, and in
    the panels the clinician leads or is a member of; not in those of another centre where the
    clinician works as well.
    """
    found = {principal(Role.ASSISTANT, held.node), principal(Role.ASSISTANT, oid_of(clinician))}
    found |= {principal(Role.DELEGATE, oid) for oid in _panels_of(clinician, held.node, at)}
    return _personal(person) | found


def _panels_of(clinician: Any, centre: int, at: datetime) -> Iterator[int]:
    grants = grants_of(clinician, at)
    elsewhere = [
        path_of(clinician, one.node) or ()
        for one in grants
        if one.role == Role.HP and one.node != centre
    ]
    for one in grants:
        if one.role in (Role.LEAD, Role.MEMBER):
            path = path_of(clinician, one.node) or ()
            if not any(place and path[: len(place)] == place for place in elsewhere):
                yield one.node


#: What a session keeps of somebody who acts for nobody now.
NOBODY_ELSE = "self"


def delegation_key(held: Grant) -> str:
    """Return how a session names for whom an assistant acts."""
    return f"{held.node} {held.for_person}"


def _delegation(person: Any, chosen: str, at: datetime) -> tuple[Grant, Any] | None:
    """Return what somebody acts under: what was chosen; the first for who is an assistant alone.

    A choice that was revoked since leads to nobody: never silently to another clinician.
    """
    offered = delegations_of(person, at)
    if chosen:
        return next((one for one in offered if delegation_key(one[0]) == chosen), None)
    others = (one.role != Role.ASSISTANT for one in grants_of(person, at)) if offered else ()
    return None if any(others) else next(iter(offered), None)


def actor_for(registry: Any, person: Any, source: str = "", acts_for: str = "") -> Actor:
    """Return the actor for a person, with what counts now; acts_for: what the session keeps."""
    at = now(registry)
    delegation = _delegation(person, acts_for, at)
    if delegation is None:
        return Actor(registry, person, principals_of(person, at), at, source=source)
    held, clinician = delegation
    principals = principals_for(person, held, clinician, at)
    return Actor(registry, person, principals, at, on_behalf_of=clinician, source=source)
