"""All that is kept about a person and their account, for themselves to take away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from persistent import Persistent
from pyramid.traversal import resource_path

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import resource_of
from cpms_portal.identity.queries import account_of, sign_in_history
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import SessionRecord

MOST_LINES = 10_000


def own_data(
    person: Person, sessions: Iterable[tuple[str, SessionRecord]], actor: Actor
) -> dict[str, Any]:
    """Return what is kept about a person, as JSON can hold it; no secret is among it."""
    return {
        "name": person.title,
        "mail": person.mail,
        "language": person.language,
        "account": _account(person),
        "profile": plain(person.profile),
        "roles": [_role(person, held) for held in person.grants.held],
        "sessions": [
            {"opened": plain(one.opened), "browser": one.device} for _key, one in sessions
        ],
        "history": [
            {"at": plain(line.at), "what": line.what, "from": line.source}
            for line in sign_in_history(person, actor.registry, MOST_LINES)
        ],
        "made": plain(actor.now),
    }


def _account(person: Person) -> dict[str, Any]:
    account = account_of(person)
    if account is None:
        return {}
    return {
        "password_changed": plain(account.password_changed),
        "last_sign_in": plain(account.last_sign_in),
        "recovery_codes_left": account.recovery_codes_left,
        "devices": [_factor(one) for one in account.devices],
        "keys": [_factor(one) for one in account.keys],
        "mobile_numbers": [
            {"number": one.number, "added": plain(one.added)} for one in account.mobiles
        ],
        "linked_sign_ins": [
            {"source": one.source, "subject": one.subject, "added": plain(one.added)}
            for one in account.identities
        ],
        "trusted_browsers": [
            {"browser": one.device, "added": plain(one.added), "until": plain(one.until)}
            for one in account.trusted
        ],
    }


def _factor(one: Any) -> dict[str, Any]:
    return {"name": one.name, "added": plain(one.added), "used": plain(one.used)}


def _role(person: Person, held: Any) -> dict[str, Any]:
    node = resource_of(person, held.node)
    return {
        "role": str(held.role),
        "at": None if node is None else resource_path(node),
        "since": plain(held.since),
        "until": plain(held.until),
    }


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Persistent):
        value._p_activate()
    if isinstance(value, Persistent) or hasattr(value, "__dataclass_fields__"):
        return {key: plain(one) for key, one in vars(value).items() if key[:1] != "_"}
    if isinstance(value, Iterable):
        return [plain(one) for one in value]
    return str(value)
