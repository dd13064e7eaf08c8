"""Access lists: made from a state's permissions, stored through one door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyramid.location import lineage
from pyramid.security import DENY_ALL, Allow
from substanced.util import set_acl

from cpms_portal.security.roles import SYSTEM_ROLES, Role, principal

AccessList = list[tuple[str, str, tuple[str, ...]]]


def bound_principals(resource: Any, role: Role) -> list[str]:
    """Return the principals a role means on a resource: asked of it, then of each one above."""
    if role in SYSTEM_ROLES:
        return [SYSTEM_ROLES[role]]
    for location in lineage(resource):
        nodes = location.role_nodes(role) if hasattr(location, "role_nodes") else None
        if nodes is not None:
            return [*(principal(role, oid) for oid in nodes), *_groups(resource, role)]
    return []


def _groups(resource: Any, role: Role) -> list[str]:
    """Return the principals of whole groups that a resource gives a role to."""
    shares = getattr(resource, "group_principals", None)
    return [] if shares is None else list(shares(role))


def access_list(resource: Any, permissions: Mapping[str, Iterable[Role]]) -> AccessList:
    """Return the access list a map of permission → roles means for a resource."""
    named = {role for roles in permissions.values() for role in roles}
    bound = {role: bound_principals(resource, role) for role in named}
    granted: dict[str, set[str]] = {}
    for permission, roles in permissions.items():
        for role in roles:
            for name in bound[role]:
                granted.setdefault(name, set()).add(str(permission))
    entries = [(Allow, name, tuple(sorted(held))) for name, held in sorted(granted.items())]
    return [*entries, DENY_ALL]


def apply_acl(resource: Any, permissions: Mapping[str, Iterable[Role]]) -> bool:
    """Store the access list of a resource; True when it changed. The only door to ``set_acl``."""
    return bool(set_acl(resource, access_list(resource, permissions)))


def principals_allowed(resource: Any, permission: str) -> list[str]:
    """Return the principals that hold a permission by the nearest stored access list."""
    for location in lineage(resource):
        acl = getattr(location, "__acl__", None)
        if acl is not None:
            return [who for action, who, held in acl if action == Allow and permission in held]
    return []
