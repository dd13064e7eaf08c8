"""Make tokens and take them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyramid.location import lineage

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import AccessEvent, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.dicomweb.queries.places import permission_under, scopes_at
from cpms_portal.dicomweb.queries.tokens import STORE_KEY, digest_of, new_secret, tokens_of_person
from cpms_portal.dicomweb.resources import Token, Tokens
from cpms_portal.security.acl import principals_allowed
from cpms_portal.security.grants import Grant, grants_of
from cpms_portal.security.roles import principal

LONGEST_DAYS = 366
MOST_TOKENS = 50


@dataclass(frozen=True)
class Wish:
    """The token somebody wants."""

    name: str
    scope: str
    days: int


def make_token(node: Any, wish: Wish, actor: Actor) -> tuple[Token, str]:
    """Make a token of the actor at a node; return it and the secret, which is kept nowhere."""
    if wish.scope not in scopes_at(node, actor):
        raise ValueRefusedError(_("Choose what the program may do."), "scope")
    if not 1 <= wish.days <= LONGEST_DAYS:
        raise ValueRefusedError(_("Choose an end within a year."), "days")
    if len(tokens_of_person(actor.person, actor.now)) >= MOST_TOKENS:
        raise ValueRefusedError(_("You have fifty programs already. End one first."), "name")
    secret = new_secret(actor.oid)
    until = actor.now + timedelta(days=wish.days)
    token = Token(
        random_id(), digest_of(secret), actor.oid, oid_of(node), wish.scope, wish.name.strip(),
        actor.now, until, _resting(node, permission_under(node, wish.scope), actor),
    )  # fmt: skip
    _keep(token, node)
    _tell(token, node, "token.made", actor)
    return token, secret


def _resting(node: Any, permission: str, actor: Actor) -> tuple[Grant, ...]:
    """Return the grants that give a permission here; for what is the person's own, those here."""
    held = grants_of(actor.person, actor.now)
    allowed = set(principals_allowed(node, permission))
    here = {oid_of(above) for above in lineage(node)}
    giving = tuple(one for one in held if principal(one.role, one.node) in allowed)
    return giving or tuple(one for one in held if one.node in here)


def _keep(token: Token, node: Any) -> None:
    top = root_of(node)._p_jar.root()
    if STORE_KEY not in top:
        top[STORE_KEY] = Tokens()
    top[STORE_KEY].by_person[f"{token.person}~{token.digest}"] = token
    top[STORE_KEY].by_node[f"{token.node}~{token.token_id}"] = token


def end_token(token: Token, node: Any, actor: Actor) -> None:
    """Take a token back: it counts no more from now on. node: any seated resource."""
    store = root_of(node)._p_jar.root()[STORE_KEY]
    store.by_person.pop(f"{token.person}~{token.digest}", None)
    store.by_node.pop(f"{token.node}~{token.token_id}", None)
    _tell(token, node, "token.ended", actor)


def _tell(token: Token, node: Any, what: str, actor: Actor) -> None:
    detail = {"token": token.token_id, "scope": token.scope}
    announce(actor.registry, AccessEvent(node, actor, what, detail))
