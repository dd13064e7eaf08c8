"""The two policies Pyramid asks: who is this, and may they. Nothing else decides either."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from pyramid.authorization import ACLAuthorizationPolicy
from pyramid.config import Configurator
from pyramid.interfaces import IAuthenticationPolicy, IAuthorizationPolicy
from pyramid.request import Request
from pyramid.threadlocal import get_current_request
from zope.interface import implementer

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import is_shown, oid_of, resource_of
from cpms_portal.core.substance import root_factory
from cpms_portal.security.permissions import NOBODY, Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import ACTS_FOR, FULL


@implementer(IAuthenticationPolicy)
class SessionPolicy:
    """Identity comes from the server-side session, after both factors."""

    def unauthenticated_userid(self, request: Request) -> int | None:
        """Return the oid of the signed-in person, or None."""
        person = _whole(request).person
        return None if person is None else oid_of(person)

    authenticated_userid = unauthenticated_userid

    def effective_principals(self, request: Request) -> Iterable[str]:
        """Return ``role@oid`` principals of the person's active grants."""
        return _whole(request).actor.principals

    def remember(self, request: Request, userid: int, **kw: Any) -> list[tuple[str, str]]:
        """Add no headers: sessions are opened by ``sessions.open_session``."""
        return []

    def forget(self, request: Request) -> list[tuple[str, str]]:
        """Add no headers: sessions are closed by ``sessions.close_session``."""
        return []


@implementer(IAuthorizationPolicy)
class NodePolicy:
    """Access lists along the lineage; everything of the management interface is one permission.

    clock: says the time, for what readers see only for some time; without it always.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self._acl = ACLAuthorizationPolicy()
        self._clock = clock

    def permits(self, context: Any, principals: Iterable[str], permission: str) -> Any:
        """Say whether principals hold a permission on a context.

        Out of its time a resource is viewed by those who work on it (``work``), by nobody else.
        """
        if self._clock is not None and permission == f"{getattr(context, 'noun', '')}:view":
            timed = context.shown_from is not None or context.shown_until is not None
            if timed and not is_shown(context, self._clock()):
                permission = f"{context.noun}:work"
        return self._acl.permits(context, principals, own_word(permission))

    def principals_allowed_by_permission(self, context: Any, permission: str) -> set[str]:
        """Return the principals that hold a permission on a context."""
        return set(self._acl.principals_allowed_by_permission(context, own_word(permission)))


#: What nobody does in the management interface: it would pass by the one door for access
#: lists, the workflows and the audit trail.
CLOSED = frozenset({"sdi.change-acls", "sdi.undo", "sdi.manage-workflow", "sdi.manage-user-groups"})


def own_word(permission: str) -> str:
    """Return the permission that decides: for every word of the management interface, one."""
    if permission in CLOSED:
        return NOBODY
    if permission.startswith("sdi."):
        return Permission.MANAGE_USE.value
    return str(permission)


def _whole(request: Request) -> Request:
    """Return the request itself: the management interface asks with a bare copy of it."""
    return request if hasattr(request, "actor") else get_current_request()


def person_of(request: Request) -> Person | None:
    """Return the person of this request, or None before both factors are proven.

    A program shows a token instead; where tokens count, and whose they are, a higher package says.
    """
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        person = request.registry.cpms_bearer(request)
        return None if person is None or person.is_disabled else person
    record = request.session_record
    if record is None or record.level < FULL:
        return None
    person = resource_of(root_factory(request), record.person)
    return person if isinstance(person, Person) and not person.is_disabled else None


def actor_of(request: Request) -> Actor:
    """Return who acts in this request."""
    # Not ``client_addr``: that believes any X-Forwarded-For. The server sets the address
    # of a proxy it trusts (waitress: trusted_proxy).
    record = request.session_record
    chosen = "" if record is None else record.values.get(ACTS_FOR, "")
    address = request.remote_addr or ""
    return actor_for(request.registry, request.person, source=address, acts_for=chosen)


def set_bearer(config: Configurator, find: Callable[[Request], Person | None]) -> None:
    """Directive: say who shows the bearer token of a request; None where it does not count."""
    config.registry.cpms_bearer = find


def includeme(config: Configurator) -> None:
    """Offer ``request.person`` and ``request.actor``."""
    config.registry.cpms_bearer = lambda _request: None
    config.add_directive("set_bearer", set_bearer)
    config.add_request_method(person_of, "person", reify=True)
    config.add_request_method(actor_of, "actor", reify=True)
