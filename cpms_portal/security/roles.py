"""Every role, and the principals they become.

A role is granted at a node; ``hp`` at the institution with oid 8125 is the
principal ``hp@8125``. Roles that follow from what a person wrote or owns are
not granted: they are bound to the person's own principal, ``person@oid``.
"""

from __future__ import annotations

from enum import StrEnum

from pyramid.security import Authenticated, Everyone


class Role(StrEnum):
    """What somebody is, at some node."""

    ADMINISTRATOR = "administrator"
    ASSISTANT = "assistant"
    AUTHENTICATED = "authenticated"
    AUTHOR = "author"
    COORDINATOR = "coordinator"
    DELEGATE = "delegate"
    DEPUTY = "deputy"
    DISPATCHER = "dispatcher"
    DPO = "dpo"
    EDITOR = "editor"
    EMERGENCY = "emergency"
    ENROLLER = "enroller"
    EVERYONE = "everyone"
    GUEST = "guest"
    HOLDER = "holder"
    HP = "hp"
    INVITED = "invited"
    INVITEE = "invitee"
    LEAD = "lead"
    MEMBER = "member"
    OWNER = "owner"
    READER = "reader"
    REPRESENTATIVE = "representative"
    REQUESTER = "requester"
    RESEARCHER = "researcher"
    REVIEWER = "reviewer"


#: Roles that are the person's own: author of a contribution, owner of a patient …
OWN_ROLES = frozenset({Role.AUTHOR, Role.HOLDER, Role.INVITEE, Role.OWNER})
SYSTEM_ROLES = {Role.EVERYONE: Everyone, Role.AUTHENTICATED: Authenticated}
#: Roles a panel bears for its people.
PANEL_ROLES = frozenset({Role.DELEGATE, Role.INVITED, Role.LEAD, Role.MEMBER, Role.REQUESTER})


def principal(role: Role | str, node_oid: int) -> str:
    """Return the principal of a role at a node, or of a person for their own roles."""
    name = "person" if role in OWN_ROLES else str(role)
    return f"{name}@{node_oid}"
