"""Sign in with a phone: a browser waits, a passkey on the phone confirms, the browser enters.

The phone asks for the number the browser shows; a wrong one ends the try. The passkey makes sure
who holds it, so it stands for both factors. Neither side learns of any account.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.identity.actions import WAIT, tell_access
from cpms_portal.identity.actions.front_desk import count_once, desk_for
from cpms_portal.identity.actions.keys import KeyAnswer, sign_in_by_passkey
from cpms_portal.identity.queries import link_digest, may_sign_in
from cpms_portal.identity.queries.phones import state_for, waiting_for_phone
from cpms_portal.identity.resources import AtPhone
from cpms_portal.security.attempts import network_of_address
from cpms_portal.security.resources import People, Person
from cpms_portal.security.sessions import times_ended

COUNTS = timedelta(minutes=3)
MOST_FROM_NETWORK = 120
OVER = _("This code was used already, or it is too old. Ask for a new one on the computer.")
OTHER_NUMBER = _("This is not the number the computer shows. Ask for a new code there.")


def wait_for_phone(people: People, bound: str, device: str, actor: Actor) -> tuple[str, AtPhone]:
    """Let a browser wait; what its QR code holds, and what is kept of it."""
    desk = desk_for(people)
    for old in [key for key, one in desk.phones.items() if one.until < actor.now]:
        del desk.phones[old]
    network = network_of_address(actor.source)
    if not count_once(desk, f"phone from {network}", MOST_FROM_NETWORK, actor):
        raise ValueRefusedError(WAIT)
    token, number = secrets.token_urlsafe(24), str(10 + secrets.randbelow(90))
    until = actor.now + COUNTS
    made = AtPhone(number, link_digest(bound), device, actor.source, until)
    desk.phones[link_digest(token)] = made
    return token, made


def confirm_at_phone(
    people: People, token: str, number: str, answer: KeyAnswer, *, actor: Actor
) -> bool:
    """Take the passkey and the number; False when the number ends the try.

    ValueRefusedError when the code is over or the passkey is not taken.
    """
    waiting = waiting_for_phone(people, token, actor.registry)
    if waiting is None or waiting.person:
        raise ValueRefusedError(OVER)
    desk, key = desk_for(people), link_digest(token)
    if not secrets.compare_digest(number.encode(), waiting.number.encode()):
        del desk.phones[key]
        tell_access(people, actor, "sign_in.refused", {"why": "number"})
        return False
    person = sign_in_by_passkey(people, answer, actor, purpose=f"phone {key}")
    ended = times_ended(people, oid_of(person))
    desk.phones[key] = replace(waiting, person=oid_of(person), ended=ended)
    tell_access(person, replace(actor, person=person), "sign_in.phone_confirmed")
    return True


def enter_by_phone(people: People, token: str, bound: str, actor: Actor) -> Person:
    """Return who confirmed for this browser, once; ValueRefusedError otherwise.

    What was confirmed before all sessions of the person were ended counts no more.
    """
    if state_for(people, token, bound, actor.registry) != "confirmed":
        raise ValueRefusedError(OVER)
    waiting = desk_for(people).phones.pop(link_digest(token))
    person = resource_of(people, waiting.person)
    if not isinstance(person, Person) or not may_sign_in(person, actor.registry):
        raise ValueRefusedError(OVER)
    if waiting.ended != times_ended(people, waiting.person):
        raise ValueRefusedError(OVER)
    return person
