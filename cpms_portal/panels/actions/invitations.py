"""Invite people to a panel, and answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import oid_of
from cpms_portal.notifications.actions import notify
from cpms_portal.panels.queries.experts import why_not_invited
from cpms_portal.panels.resources import Invitation, Panel
from cpms_portal.security.grants import grant
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import begin, transition


def invite(
    panel: Panel, people: Iterable[Any], actor: Actor, *, note: str = ""
) -> list[Invitation]:
    """Invite persons; ValueRefusedError names who cannot be invited and why, and invites nobody.

    note: a few words to the invitees, sealed.
    """
    if not actor.may(Permission.PANEL_INVITE, panel):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    chosen = list(people)
    if not chosen:
        raise ValueRefusedError(_("Choose at least one person."), "people")
    for person in chosen:
        reason = why_not_invited(panel, person, actor)
        if reason is not None:
            raise ValueRefusedError(reason, "people")
    return [_invite(panel, person, note, actor) for person in chosen]


def _invite(panel: Panel, person: Any, note: str, actor: Actor) -> Invitation:
    invitation = Invitation(oid_of(person), actor.oid, panel.round, actor.now)
    panel["invitations"].add(random_id(), invitation)
    if note.strip():
        invitation.keep(actor.registry, "note", note.strip())
    grant(person, Role.INVITED, panel, since=actor.now)
    begin(invitation, actor)
    text = "panel.invited_urgent" if panel.urgent else "panel.invited"
    notify(person, text, invitation, actor)
    announce(actor.registry, Changed(invitation, actor, "invitation.send"))
    return invitation


def answer_invitation(
    invitation: Invitation, actor: Actor, *, accept: bool, reason: str = ""
) -> None:
    """Accept or decline; a reason is welcome and kept sealed."""
    word = invitation.keep_reason(actor.registry, reason)
    transition(invitation, "accept" if accept else "decline", actor, reason=word)


def withdraw_invitation(invitation: Invitation, actor: Actor, reason: str) -> None:
    """Take an invitation or a membership back."""
    word = invitation.keep_reason(actor.registry, reason)
    transition(invitation, "withdraw", actor, reason=word)
