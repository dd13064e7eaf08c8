"""Questions about security keys and passkeys: who must have one, what they are asked to sign.

A challenge is signed and bound to the browser it was given to; it counts once, for five minutes.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pyramid.registry import Registry
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cpms_portal.core.clock import now
from cpms_portal.core.settings import setting
from cpms_portal.identity.queries import account_of
from cpms_portal.identity.resources import SecurityKey
from cpms_portal.security.grants import grants_of
from cpms_portal.security.resources import People, Person
from cpms_portal.security.roles import Role
from cpms_portal.security.secret import sign, signature_holds

CHALLENGE_COUNTS = timedelta(minutes=5)


class RelyingParty(NamedTuple):
    """What keys know this portal by."""

    rp_id: str
    origin: str


def roles_in(text: str) -> frozenset[str]:
    """Return the roles named in a setting; ValueError for a word that is none."""
    return frozenset(Role(word).value for word in text.replace(",", " ").split())


def relying_party(registry: Registry) -> RelyingParty:
    """Return the name and the origin of the portal."""
    parts = urlsplit(setting(registry, "cpms.url"))
    return RelyingParty(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def needs_key(person: Person, registry: Registry) -> bool:
    """Say whether a person holds a role that must be proven by a key."""
    roles = setting(registry, "cpms.identity.hardware_roles")
    return any(held.role in roles for held in grants_of(person, now(registry)))


def must_add_key(person: Person, registry: Registry) -> bool:
    """Say whether a person must set up a key before anything else."""
    account = account_of(person)
    return account is not None and not account.keys and needs_key(person, registry)


def new_key_challenge(registry: Registry, purpose: str, bound: str) -> str:
    """Return something for a key to sign. bound: what only this browser has."""
    until = int((now(registry) + CHALLENGE_COUNTS).timestamp())
    text = f"{secrets.token_hex(16)}.{until}"
    return f"{text}.{sign(registry, f'key {purpose}', f'{text} {bound}')}"


def key_challenge_counts(registry: Registry, purpose: str, challenge: str, bound: str) -> bool:
    """Say whether a challenge was given to this browser for this purpose and is not too old."""
    text, _dot, signature = challenge.rpartition(".")
    until = text.rpartition(".")[2]
    if not signature_holds(registry, f"key {purpose}", f"{text} {bound}", signature):
        return False
    return until.isdigit() and now(registry).timestamp() < int(until)


def _described(keys: Iterable[SecurityKey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys]


def registration_options(registry: Registry, person: Person, challenge: str) -> str:
    """Return what a browser needs to make a key for a person (JSON)."""
    keys = person.account.keys if person.account else ()
    options = generate_registration_options(
        rp_id=relying_party(registry).rp_id,
        rp_name="CPMS",
        user_id=str(person.__name__).encode(),
        user_name=person.mail,
        user_display_name=person.title,
        challenge=challenge.encode(),
        exclude_credentials=_described(keys),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json(options)


def authentication_options(
    registry: Registry, challenge: str, keys: Iterable[SecurityKey] = (), *, whole: bool = False
) -> str:
    """Return what a browser needs to ask a key (JSON).

    whole: the key stands for both factors and must make sure who holds it.
    """
    wanted = UserVerificationRequirement
    options = generate_authentication_options(
        rp_id=relying_party(registry).rp_id,
        challenge=challenge.encode(),
        allow_credentials=_described(keys),
        user_verification=wanted.REQUIRED if whole else wanted.PREFERRED,
    )
    return options_to_json(options)


def parsed(credential: str) -> dict[str, Any]:
    """Return what a browser sent of a key; empty when it is nothing of the kind."""
    try:
        found = json.loads(credential)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def person_of_passkey(people: People, credential: str) -> Person | None:
    """Return whom a passkey says it belongs to; its signature is not looked at here."""
    response = parsed(credential).get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    try:
        name = base64url_to_bytes(handle).decode("ascii") if isinstance(handle, str) else ""
    except ValueError:
        return None
    person = people.get(name) if name.isalnum() else None
    return person if isinstance(person, Person) else None


def mark_of(registry: Registry, person: Person, key: SecurityKey) -> str:
    """Return what binds a key to an account; it follows from the portal's secret."""
    whose = f"{person.__name__} {key.credential_id.hex()} {key.public_key.hex()}"
    return sign(registry, "security key", whose)


def is_genuine(registry: Registry, person: Person, key: SecurityKey) -> bool:
    """Say whether a key was added to this account here and is unchanged since."""
    return hmac.compare_digest(mark_of(registry, person, key), key.mark)


def key_of(person: Person, credential: str) -> SecurityKey | None:
    """Return the key of a person that a browser named."""
    account, raw = account_of(person), parsed(credential).get("rawId")
    try:
        wanted = base64url_to_bytes(raw) if isinstance(raw, str) else b""
    except ValueError:
        return None
    keys = () if account is None else account.keys
    return next((key for key in keys if key.credential_id == wanted), None)
