"""Reset the factors of somebody who lost them all: two administrators recognise the person."""

from __future__ import annotations

from datetime import timedelta

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.identity.actions import needed_account, reset_factors, tell_access
from cpms_portal.identity.actions.front_desk import desk_for
from cpms_portal.identity.queries.resets import reset_asked
from cpms_portal.identity.resources import ResetAsked
from cpms_portal.security.resources import Person

COUNTS = timedelta(hours=72)
NOT_OWN = _("Nobody resets their own factors. Ask two other administrators.")


def ask_reset(person: Person, reason: str, actor: Actor) -> None:
    """Ask for a reset; it waits for another administrator, at most three days."""
    needed_account(person)
    if actor.oid == oid_of(person):
        raise ValueRefusedError(NOT_OWN)
    asked = ResetAsked(actor.oid, actor.name, reason, actor.now + COUNTS)
    desk_for(person).resets[oid_of(person)] = asked
    tell_access(person, actor, "account.reset_asked", {"reason": reason})


def confirm_reset(person: Person, reason: str, actor: Actor) -> None:
    """Reset what another administrator asked for; ValueRefusedError when it is one's own."""
    asked = reset_asked(person, actor.registry)
    if asked is None:
        raise ValueRefusedError(_("Nobody asked for this reset, or too long ago."))
    if actor.oid == asked.by:
        raise ValueRefusedError(_("You asked for it: another administrator must agree."))
    if actor.oid == oid_of(person):
        raise ValueRefusedError(NOT_OWN)
    del desk_for(person).resets[oid_of(person)]
    reset_factors(person, reason, actor)


def reset_by_operator(person: Person, reason: str, actor: Actor) -> None:
    """Reset where no second administrator can agree: who runs the server has recognised them."""
    desk_for(person).resets.pop(oid_of(person), None)
    reset_factors(person, reason, actor)
