"""For whom an assistant acts in a session: what can be chosen, and the choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from cpms_portal.core.clock import now
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import AccessEvent, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.security.principals import (
    NOBODY_ELSE,
    actor_for,
    delegation_key,
    delegations_of,
)
from cpms_portal.security.sessions import ACTS_FOR


@dataclass(frozen=True)
class Choice:
    """Somebody an assistant may act for. key: how the session names it. centre: where."""

    key: str
    clinician: Any
    centre: Any
    current: bool


def choices(request: Request) -> list[Choice]:
    """Return for whom the person of a request may act now; empty for who assists nobody."""
    person, current = request.person, request.actor.on_behalf_of
    chosen = request.session_record.values.get(ACTS_FOR) if request.session_record else None
    found = []
    for held, clinician in delegations_of(person, now(request.registry)):
        key = delegation_key(held)
        named = chosen in (None, "", key)
        acting = current is not None and named and oid_of(clinician) == oid_of(current)
        found.append(Choice(key, clinician, resource_of(person, held.node), acting))
    return found


def act_for(request: Request, key: str) -> None:
    """Keep in the session for whom the person acts; ``NOBODY_ELSE`` for themselves.

    Raises ValueRefusedError for a clinician the person does not assist.
    """
    known = {one.key for one in choices(request)} | {NOBODY_ELSE}
    if key not in known:
        raise ValueRefusedError(_("Choose one of those named."), "for")
    request.session_record.values[ACTS_FOR] = key
    actor = actor_for(request.registry, request.person, request.remote_addr or "", key)
    announce(request.registry, AccessEvent(request.person, actor, "assistant.act_for"))
