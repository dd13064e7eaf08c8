"""Give people and groups a role at one place and below, and take it away."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.actions.moving import below
from cpms_portal.cms.resources import LIBRARY_ROLES, Library
from cpms_portal.cms.resources.items import GroupShare
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import AccessEvent, Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import apply_state


def _role(name: str) -> Role:
    if name not in LIBRARY_ROLES:
        raise ValueRefusedError(_("Choose one of the roles offered."), "role")
    return Role(name)


def share_with_person(node: Any, person: Person, role: str, actor: Actor) -> None:
    """Give a person a role here and below: the person alone is written, whatever stands below."""
    grant(person, _role(role), node)
    modified(person, actor.registry)
    announce(actor.registry, AccessEvent(person, actor, "share", {"role": role}))


def unshare_person(node: Any, person: Person, role: str, actor: Actor) -> None:
    """Take a role that a person was given here."""
    revoke(person, _role(role), node)
    modified(person, actor.registry)
    announce(actor.registry, AccessEvent(person, actor, "unshare", {"role": role}))


def share_with_group(node: Any, group: str, role: str, actor: Actor) -> None:
    """Give a whole group a role here and below."""
    kept = [one for one in node.shares if one != GroupShare(_role(role), group)]
    node.shares = (*kept, GroupShare(role, group))
    _applied(node, actor, "share")


def unshare_group(node: Any, group: str, role: str, actor: Actor) -> None:
    """Take a role that a group was given here."""
    node.shares = tuple(one for one in node.shares if one != GroupShare(_role(role), group))
    _applied(node, actor, "unshare")


def _applied(node: Any, actor: Actor, what: str) -> None:
    starts = [node] if not isinstance(node, Library) else [node, *node.values()]
    for start in starts:
        for one in below(start):
            if getattr(one, "state", "") and getattr(one, "discarded", None) is None:
                apply_state(one, actor)
                modified(one, actor.registry)
    announce(actor.registry, Changed(node, actor, what))
