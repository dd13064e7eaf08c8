"""Remind people of memberships: requests that wait too long, ends that are near, yearly reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import modified, resource_of
from cpms_portal.networks.queries import ENDING, deciders_of, network_of, portal_of
from cpms_portal.networks.resources import Membership
from cpms_portal.notifications.actions import notify
from cpms_portal.search.queries import find

#: Before the end of guest access: the first reminder, and the last.
BEFORE_THE_END = (ENDING, timedelta(days=3))
BATCH = 200


def remind_of_memberships(root: Any, actor: Actor) -> int:
    """Tell guests and who decides; return how many notices were sent.

    Each membership is told of once for each moment, however often this runs. Who decides gets
    one notice a network and kind, however many memberships wait.
    """
    sent, told = 0, set()
    for membership, moment in list(_waiting(root, actor)):
        membership.reminded = moment
        modified(membership, actor.registry)
        if membership.ends is not None:
            person = membership.person_resource()
            sent += notify(person, "membership.ending", membership, actor) is not None
        network, text = network_of(membership), _text_for(membership)
        for oid in deciders_of(membership, actor):
            if (oid, text, network) not in told:
                told.add((oid, text, network))
                sent += notify(resource_of(root, oid), text, network, actor) is not None
    return sent


def _text_for(membership: Membership) -> str:
    if membership.state == "requested":
        return "membership.overdue"
    return "membership.review" if membership.ends is None else "membership.guests_ending"


def _waiting(root: Any, actor: Actor) -> Iterator[tuple[Membership, datetime]]:
    """Yield the memberships whose moment has come and was not told of yet, with the moment."""
    for state in ("requested", "active"):
        for membership in _due(root, state, actor):
            moment = _moment(membership, actor.now)
            before = membership.reminded
            if moment is not None and (before is None or before < moment):
                yield membership, moment


def _due(root: Any, state: str, actor: Actor) -> Iterator[Membership]:
    """Yield the memberships of a state that are due, those due first before the others."""
    start = 0
    while True:
        found = find(
            portal_of(actor),
            "membership",
            within=root,
            where={"state": state},
            sort="due",
            start=start,
            size=BATCH,
        )
        for membership in found:
            if membership.due is None or membership.due > actor.now:
                return
            yield membership
        start += BATCH
        if start >= found.total:
            return


def _moment(membership: Membership, now: datetime) -> datetime | None:
    """Return the last moment to remind of that has come; None when it is too late for one."""
    if membership.ends is None:
        return membership.due
    if membership.ends <= now:
        return None
    moments = [membership.ends - before for before in BEFORE_THE_END]
    return max((moment for moment in moments if moment <= now), default=None)
