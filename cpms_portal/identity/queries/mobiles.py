"""Questions about codes by text message."""

from __future__ import annotations

from pyramid.registry import Registry

from cpms_portal.identity.queries import account_of
from cpms_portal.identity.queries.keys import needs_key
from cpms_portal.outbox.gateways import sms_gateway
from cpms_portal.security.resources import Person


def offers_sms(person: Person, registry: Registry) -> bool:
    """Say whether a person may use text messages: switched on, a number, no role that forbids."""
    account = account_of(person)
    if sms_gateway(registry) is None or account is None:
        return False
    return bool(account.mobiles) and not needs_key(person, registry)
