"""Questions about browsers that wait for a phone."""

from __future__ import annotations

from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.clock import now
from cpms_portal.core.settings import setting
from cpms_portal.identity.queries import link_digest, qr_code
from cpms_portal.identity.queries.front_desk import desk_of
from cpms_portal.identity.resources import AtPhone


def waiting_for_phone(anywhere: Any, token: str, registry: Registry) -> AtPhone | None:
    """Return the browser a QR code belongs to; None when it waits no more."""
    desk = desk_of(anywhere)
    found: AtPhone | None = None if desk is None else desk.phones.get(link_digest(token))
    return None if found is None or now(registry) >= found.until else found


def state_for(anywhere: Any, token: str, bound: str, registry: Registry) -> str:
    """Return how far it is: "waiting", "confirmed" or "over", to the browser it belongs to only."""
    found = waiting_for_phone(anywhere, token, registry)
    if found is None or found.bound != link_digest(bound):
        return "over"
    return "confirmed" if found.person else "waiting"


def phone_address(token: str, registry: Registry) -> str:
    """Return the address in the QR code."""
    return f"{setting(registry, 'cpms.url').rstrip('/')}/sign-in/phone/{token}"


def phone_qr(token: str, registry: Registry) -> str:
    """Return the QR code of a waiting browser (SVG)."""
    return qr_code(phone_address(token, registry))
