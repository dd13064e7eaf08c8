"""Errands: a browser is sent to a source and must come back itself, soon, and once.

What an errand is for stands in its state, signed and bound to the browser; nothing is stored
before it comes back.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pyramid.registry import Registry

from cpms_portal.core.clock import now
from cpms_portal.core.settings import setting
from cpms_portal.identity.sources.said import Errand, Said
from cpms_portal.security.secret import sign, signature_holds

COUNTS = timedelta(minutes=15)
#: To the microsecond: what was shown before a revocation counts no more.
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
#: What somebody can be sent for.
SIGN_IN, LINK, PROVE = "sign-in", "link", "prove"
PURPOSES = frozenset({SIGN_IN, LINK, PROVE})
LONGEST_PATH = 1000


class Asked(NamedTuple):
    """What a browser was sent for: a purpose, where it wants to go after it, when it left."""

    purpose: str
    wanted: str
    begun: datetime


def new_state(registry: Registry, source: str, asked: Asked, bound: str) -> str:
    """Return the state of a new errand. bound: what only this browser has."""
    wanted = asked.wanted if len(asked.wanted) <= LONGEST_PATH else "/"
    path = urlsafe_b64encode(wanted.encode()).rstrip(b"=").decode()
    begun = (asked.begun - EPOCH) // MICROSECOND
    text = f"{secrets.token_hex(16)}.{begun}.{asked.purpose}.{path}"
    return f"{text}.{sign(registry, f'errand {source}', f'{text} {bound}')}"


def asked_in(registry: Registry, source: str, state: str, bound: str) -> Asked | None:
    """Return what a browser was sent for; None when it is too old, altered or another browser."""
    text, _dot, signature = state.rpartition(".")
    if not signature_holds(registry, f"errand {source}", f"{text} {bound}", signature):
        return None
    _random, begun, purpose, path = text.split(".")
    left = EPOCH + int(begun) * MICROSECOND
    if purpose not in PURPOSES or now(registry) - left >= COUNTS:
        return None
    wanted = urlsafe_b64decode(path + "=" * (-len(path) % 4)).decode()
    return Asked(purpose, wanted, left)


def errand_of(registry: Registry, source: str, state: str, asked: Asked) -> Errand:
    """Return the errand that goes by a state. CAS has no word for it: it is part of the address."""
    base = f"{setting(registry, 'cpms.url').rstrip('/')}/sign-in/with/{source}/return"
    declared = registry.cpms_sources[source].declared
    back = base if declared.kind == "openid" else f"{base}?state={state}"
    secret = sign(registry, f"errand secret {source}", state)
    return Errand(state, secret, back, asked.begun, afresh=asked.purpose == PROVE)


def noted(registry: Registry, said: Said, bound: str) -> str:
    """Return what a source said, signed, for a form of the browser it was said in."""
    until = int((now(registry) + COUNTS).timestamp())
    told = [until, said.source, said.subject, said.mail, said.first_name, said.last_name]
    text = urlsafe_b64encode(json.dumps(told).encode()).decode()
    return f"{text}.{sign(registry, 'first time', f'{text} {bound}')}"


def said_in(registry: Registry, note: str, bound: str) -> Said | None:
    """Return what a source said; None when it is altered, old, or another browser's."""
    text, _dot, signature = note.rpartition(".")
    if not signature_holds(registry, "first time", f"{text} {bound}", signature):
        return None
    until, source, subject, mail, first, last = json.loads(urlsafe_b64decode(text))
    if now(registry).timestamp() >= until:
        return None
    return Said(source, subject, mail=mail, first_name=first, last_name=last)
