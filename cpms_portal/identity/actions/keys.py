"""Add, remove and take security keys and passkeys; every answer of a key counts once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import WebAuthnException

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.identity.actions import begin_proof, needed_account, proven, refused, tell_access
from cpms_portal.identity.actions.front_desk import desk_for, spend
from cpms_portal.identity.queries.keys import (
    CHALLENGE_COUNTS,
    is_genuine,
    key_challenge_counts,
    key_of,
    mark_of,
    needs_key,
    parsed,
    person_of_passkey,
    relying_party,
)
from cpms_portal.identity.resources import SecurityKey
from cpms_portal.security.resources import People, Person

MOST_KEYS = 10
TOO_LATE = _("That took too long, or it was sent twice. Please try once more.")
NOT_TAKEN = _("This key was not taken. Use one that you added to your account.")
#: What a broken or forged answer makes the library raise.
BROKEN = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True)
class KeyAnswer:
    """What a browser sent of a key: its answer, to which challenge, in which browser."""

    credential: str
    challenge: str
    bound: str


def _spend_challenge(anywhere: Any, purpose: str, answer: KeyAnswer, actor: Actor) -> bool:
    """Use up a challenge; False when it is old, from another browser, or was used before."""
    counts = key_challenge_counts(actor.registry, purpose, answer.challenge, answer.bound)
    return counts and spend(desk_for(anywhere), answer.challenge, actor, CHALLENGE_COUNTS)


def add_key(person: Person, name: str, answer: KeyAnswer, actor: Actor) -> SecurityKey:
    """Add a key that has just been made; ValueRefusedError when it cannot be taken."""
    account, party = needed_account(person), relying_party(actor.registry)
    if len(account.keys) >= MOST_KEYS:
        raise ValueRefusedError(_("You have ten keys. Remove one that you do not use."))
    if not _spend_challenge(person, "add", answer, actor):
        raise ValueRefusedError(TOO_LATE)
    try:
        made = verify_registration_response(
            credential=parsed(answer.credential),
            expected_challenge=answer.challenge.encode(),
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
        )
    except BROKEN as error:
        raise ValueRefusedError(NOT_TAKEN) from error
    if any(key.credential_id == made.credential_id for key in account.keys):
        raise ValueRefusedError(_("This key belongs to your account already."))
    key = SecurityKey(made.credential_id, made.credential_public_key, made.sign_count, actor.now)
    key.name, key.checks_person = name, made.user_verified
    key.mark = mark_of(actor.registry, person, key)
    account.keys = (*account.keys, key)
    account.enrolled = True
    tell_access(person, replace(actor, person=person), "account.key_added")
    return key


def remove_key(person: Person, key_id: str, actor: Actor) -> None:
    """Remove a key; not the last way in, and not the last key of who must have one."""
    account = needed_account(person)
    kept = tuple(key for key in account.keys if key.key_id != key_id)
    if not kept and needs_key(person, actor.registry):
        raise ValueRefusedError(_("Your role needs a security key. Add another one first."))
    if not kept and not account.devices and not account.recovery_codes_left:
        said = _("This is your only way in. Add another device or make recovery codes first.")
        raise ValueRefusedError(said)
    account.keys = kept
    tell_access(person, actor, "account.key_removed")


def prove_by_key(
    person: Person,
    answer: KeyAnswer,
    actor: Actor,
    *,
    purpose: str = "sign_in",
    whole: str = "",
) -> None:
    """Take the answer of one of a person's keys; ValueRefusedError otherwise.

    whole: the purpose of a challenge that stands for both factors, so the key must have made
    sure who holds it.
    """
    who = replace(actor, person=person)
    account, tried = needed_account(person), begin_proof(person, who, purpose)
    asked = whole or purpose
    key, party = key_of(person, answer.credential), relying_party(actor.registry)
    if not _spend_challenge(person, asked, answer, actor):
        raise ValueRefusedError(TOO_LATE)
    try:
        if key is None or not is_genuine(actor.registry, person, key):
            raise ValueError("no such key")
        shown = verify_authentication_response(
            credential=parsed(answer.credential),
            expected_challenge=answer.challenge.encode(),
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.count,
            require_user_verification=bool(whole),
        )
    except BROKEN as error:
        refused(tried, who, purpose, "key", half_way=not whole)
        raise ValueRefusedError(NOT_TAKEN) from error
    key.count, key.used = shown.new_sign_count, actor.now
    proven(tried, account, who, f"{purpose}.key")


def sign_in_by_passkey(
    people: People, answer: KeyAnswer, actor: Actor, *, purpose: str = "passkey"
) -> Person:
    """Return whom a passkey lets in without a password; ValueRefusedError otherwise.

    purpose: of the challenge it signed.
    """
    person = person_of_passkey(people, answer.credential)
    if person is None or person.account is None:
        raise ValueRefusedError(NOT_TAKEN)
    prove_by_key(person, answer, actor, whole=purpose)
    return person
