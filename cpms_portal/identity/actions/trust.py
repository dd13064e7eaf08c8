"""Trust a browser for some days, and no longer."""

from __future__ import annotations

from datetime import timedelta

from cpms_portal.core.actor import Actor
from cpms_portal.identity.actions import needed_account, tell_access
from cpms_portal.identity.queries import link_digest
from cpms_portal.identity.resources import TrustedBrowser
from cpms_portal.security.resources import Person

MOST_BROWSERS = 10
#: So many browsers are remembered as seen before.
MOST_KNOWN = 20


def trust(person: Person, secret: str, device: str, span: timedelta, *, actor: Actor) -> None:
    """Trust the browser that holds a secret; the oldest of ten goes."""
    account = needed_account(person)
    added = TrustedBrowser(link_digest(secret), device, actor.now, actor.now + span)
    kept = [one for one in account.trusted if actor.now < one.until]
    account.trusted = (*kept[-(MOST_BROWSERS - 1) :], added)
    tell_access(person, actor, "account.browser_trusted")


def forget_browser(person: Person, digest: str, actor: Actor) -> None:
    """Trust a browser no longer."""
    account = needed_account(person)
    account.trusted = tuple(one for one in account.trusted if one.digest != digest)
    tell_access(person, actor, "account.browser_forgotten")


def note_browser(person: Person, secret: str, actor: Actor) -> None:
    """Note the browser somebody signs in with; the owner hears of one not seen before.

    secret: what only this browser holds. The first browser of an account is no news.
    """
    account = needed_account(person)
    digest = link_digest(f"{person.__name__} {secret}")
    if digest in account.known_browsers:
        return
    if account.known_browsers:
        tell_access(person, actor, "sign_in.new_browser")
    account.known_browsers = (*account.known_browsers[-(MOST_KNOWN - 1) :], digest)
