"""Browsers that are trusted for some days: they skip the code, never the password."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.clock import now
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.identity.actions.trust import forget_browser, note_browser, trust
from cpms_portal.identity.queries import link_digest
from cpms_portal.identity.queries.keys import needs_key
from cpms_portal.identity.views.landing import to_account
from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.resources import Person

TRUSTED, SEEN = "cpms-trusted", "cpms-seen"
SEEN_LENGTH = 32
A_DAY = 24 * 3600


def trust_browser(request: Request, person: Person) -> None:
    """Trust this browser; it keeps a secret of which the account keeps the digest."""
    days = setting(request.registry, "cpms.identity.trusted_days")
    if not days or needs_key(person, request.registry):
        return
    secret = secrets.token_urlsafe(24)
    who = actor_for(request.registry, person, source=request.remote_addr or "")
    trust(person, secret, (request.user_agent or "")[:200], timedelta(days=days), actor=who)
    keep_cookie(request, TRUSTED, f"{person.__name__}.{secret}", days * A_DAY)


def trusted_since(request: Request, person: Person) -> datetime | None:
    """Return since when this browser is trusted by a person, None when it is not."""
    days = setting(request.registry, "cpms.identity.trusted_days")
    name, _dot, secret = cookie_of(request, TRUSTED).partition(".")
    if not days or name != person.__name__ or needs_key(person, request.registry):
        return None
    digest, moment = link_digest(secret), now(request.registry)
    for one in person.account.trusted:
        if one.digest == digest and moment < min(one.until, one.added + timedelta(days=days)):
            return one.added
    return None


def seen_browser(request: Request, person: Person) -> None:
    """Note the browser of a sign-in; it keeps a random name for a year, for this alone."""
    secret = cookie_of(request, SEEN)
    if len(secret) != SEEN_LENGTH or not secret.isascii():
        secret = secrets.token_hex(SEEN_LENGTH // 2)
    who = actor_for(request.registry, person, source=request.remote_addr or "")
    note_browser(person, secret, who)
    keep_cookie(request, SEEN, secret, 365 * A_DAY)


def forget_browser_now(context: Person, request: Request) -> Response:
    """Trust a browser no longer."""
    forget_browser(context, request.POST.get("browser", ""), request.actor)
    request.tell(_("This browser asks for a code again."))
    return to_account(context, request)


def includeme(config: Configurator) -> None:
    """Register the step."""
    config.add_view(
        forget_browser_now,
        name="forget-browser",
        context=Person,
        request_method="POST",
        permission=Permission.ACCOUNT_EDIT,
    )
