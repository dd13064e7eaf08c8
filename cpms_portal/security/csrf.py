"""Proof that a form was sent from our own page: a token bound to the session or the visit.

The token is a signature of the cookie it belongs to, so it needs no storage.
"""

from __future__ import annotations

import hmac
import secrets

from pyramid.interfaces import ICSRFStoragePolicy
from pyramid.request import Request
from zope.interface import implementer

from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.secret import sign
from cpms_portal.security.sessions import session_key

VISIT = "cpms-visit"


@implementer(ICSRFStoragePolicy)
class BoundToken:
    """A token bound to the session, or to a visit cookie before sign-in."""

    def get_csrf_token(self, request: Request) -> str:
        """Return the token for forms of this request."""
        bound = session_key(request) or self._visit(request)
        kept: dict[str, str] = request.environ.setdefault("cpms.tokens", {})
        if bound not in kept:
            kept[bound] = sign(request.registry, "csrf", bound)
        return kept[bound]

    def new_csrf_token(self, request: Request) -> str:
        """Return the token; it changes with the session."""
        return self.get_csrf_token(request)

    def check_csrf_token(self, request: Request, token: str) -> bool:
        """Say whether a token belongs to the session or visit of this request."""
        if not session_key(request) and not cookie_of(request, VISIT):
            return False
        return hmac.compare_digest(self.get_csrf_token(request).encode(), token.encode())

    def _visit(self, request: Request) -> str:
        visit: str = cookie_of(request, VISIT) or request.environ.get("cpms.visit", "")
        if not visit:
            visit = secrets.token_urlsafe(16)
            request.environ["cpms.visit"] = visit
            keep_cookie(request, VISIT, visit)
        return visit
