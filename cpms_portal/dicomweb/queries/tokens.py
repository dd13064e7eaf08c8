"""Questions about tokens: whose one is, where it counts, which there are."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any

from pyramid.request import Request
from pyramid.traversal import resource_path_tuple, split_path_info
from pyramid_zodbconn import get_connection

from cpms_portal.core.clock import now
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.dicomweb.resources import Token, Tokens
from cpms_portal.security.grants import Grant, grants_of
from cpms_portal.security.resources import Person

#: Under this key the root of the database keeps the tokens.
STORE_KEY = "tokens"
#: The view everything is asked of; a token counts nowhere else.
VIEW = "dicomweb"
_SHAPE = re.compile(r"cpms\.(-?\d{1,20})\.[\w-]{43}")


def new_secret(person: int) -> str:
    """Return a new token: whose it is, and 256 random bits."""
    return f"cpms.{person}.{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tokens_in(connection_root: Any) -> Tokens | None:
    """Return the tokens of a database; None before the first one was made."""
    found: Tokens | None = connection_root.get(STORE_KEY)
    return found


def store_of(anywhere: Any) -> Tokens | None:
    """Return the tokens; ``anywhere`` is any seated resource."""
    return tokens_in(root_of(anywhere)._p_jar.root())


def _shown(request: Request) -> Token | None:
    """Return the token a request shows, whatever it is asked for; None when there is none."""
    secret = request.headers.get("Authorization", "")[len("bearer ") :].strip()
    shape = _SHAPE.fullmatch(secret)
    store = tokens_in(get_connection(request).root())
    if shape is None or store is None:
        return None
    found: Token | None = store.by_person.get(f"{shape[1]}~{digest_of(secret)}")
    return found


def _is_at(node: Any, path_info: str) -> bool:
    """Say whether an address is one of programs at a node itself: not above, beside or below."""
    asked, place = split_path_info(path_info), resource_path_tuple(node)[1:]
    return asked[: len(place) + 1] == (*place, VIEW)


def token_of(request: Request) -> Token | None:
    """Return the token of a request where it counts; None when it does not."""
    token = _shown(request)
    if token is None or now(request.registry) >= token.until:
        return None
    root = get_connection(request).root()[ROOT_KEY]
    node, person = resource_of(root, token.node), resource_of(root, token.person)
    if node is None or not isinstance(person, Person):
        return None
    rests = rests_on(token, person, now(request.registry))
    return token if rests and _is_at(node, request.path_info) else None


def rests_on(token: Token, person: Person, moment: datetime) -> tuple[Grant, ...]:
    """Return the grants a token rests on that still are there; one given anew is another."""
    known = {(one.role, one.node, one.since) for one in token.grants}
    held = grants_of(person, moment)
    return tuple(one for one in held if (one.role, one.node, one.since) in known)


def bearer_of(request: Request) -> Person | None:
    """Return the person for whom a program asks."""
    token = request.program_token
    if token is None:
        return None
    person = resource_of(get_connection(request).root()[ROOT_KEY], token.person)
    return person if isinstance(person, Person) else None


def tokens_of_person(person: Person, moment: datetime) -> list[Token]:
    """Return the tokens of a person that have not ended, newest first."""
    store = store_of(person)
    if store is None:
        return []
    found = store.by_person.values(min=f"{oid_of(person)}~", max=f"{oid_of(person)}~~")
    return _lasting(found, moment)


def tokens_at(node: Any, moment: datetime) -> list[Token]:
    """Return everybody's tokens at a node that have not ended, newest first."""
    store = store_of(node)
    if store is None:
        return []
    found = store.by_node.values(min=f"{oid_of(node)}~", max=f"{oid_of(node)}~~")
    return _lasting(found, moment)


def _lasting(found: Any, moment: datetime) -> list[Token]:
    lasting = [token for token in found if moment < token.until]
    return sorted(lasting, key=lambda token: token.made, reverse=True)
