"""Mobile numbers, and codes by text message: the weakest second factor, switched off by default.

A code belongs to the session it was asked for in, counts once and for five minutes. The message
is sent before the transaction ends: who gets none must hear so at once.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from datetime import timedelta

from pyramid.i18n import make_localizer
from pyramid.interfaces import ITranslationDirectories
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.core.transactions import turn_given_up
from cpms_portal.identity.actions import begin_proof, needed_account, proven, refused, tell_access
from cpms_portal.identity.actions.front_desk import count_once, desk_for
from cpms_portal.identity.resources import Account, Mobile, SentCode
from cpms_portal.outbox.gateways import SMSFailedError, sms_gateway
from cpms_portal.security.attempts import network_of_address
from cpms_portal.security.resources import Person
from cpms_portal.security.secret import sign

COUNTS = timedelta(minutes=5)
MOST_MOBILES = 3
#: Messages in an hour to one person, and asked for from one network: each costs money.
MOST_TO_PERSON, MOST_FROM_NETWORK = 5, 30
TEXT = _("CPMS code: ${code}. Enter it only on the page that you opened yourself.")
AWAY = _("The message could not be sent just now. Use another way, or try later.")
MANY = _("Too many messages were sent in the last hour. Use another way, or wait.")
WRONG = _("This code does not fit, or it is too old. Enter the digits of the newest message.")


def _digest(registry: Registry, person: Person, bound: str, code: str) -> str:
    return sign(registry, "sms", f"{oid_of(person)} {bound} {code}")


def send_code(person: Person, number: str, actor: Actor, *, bound: str) -> None:
    """Send a code to a number; an earlier one ends. bound: the session it counts in."""
    gateway, account, desk = sms_gateway(actor.registry), needed_account(person), desk_for(person)
    if gateway is None:
        raise ValueRefusedError(_("Text messages are switched off."))
    network = network_of_address(actor.source)
    few = count_once(desk, f"sms to {oid_of(person)}", MOST_TO_PERSON, actor)
    if not few or not count_once(desk, f"sms from {network}", MOST_FROM_NETWORK, actor):
        raise ValueRefusedError(MANY)
    code = f"{secrets.randbelow(10**6):06}"
    digest = _digest(actor.registry, person, bound, code)
    account.sent_code = SentCode(number, digest, actor.now + COUNTS)
    directories = actor.registry.queryUtility(ITranslationDirectories, default=[])
    translate = make_localizer(person.language, directories).translate
    try:
        with turn_given_up():
            gateway.send(number, translate(_(TEXT, mapping={"code": code})))
    except SMSFailedError as error:
        raise ValueRefusedError(AWAY) from error
    tell_access(person, replace(actor, person=person), "account.sms_sent")


def _take(account: Account, person: Person, code: str, bound: str, *, actor: Actor) -> str | None:
    """Use the code up and return the number it was sent to; None when it does not fit."""
    sent = account.sent_code
    if sent is None or actor.now >= sent.until:
        return None
    if not hmac.compare_digest(sent.digest, _digest(actor.registry, person, bound, code)):
        return None
    account.sent_code = None
    return sent.number


def add_mobile(person: Person, code: str, actor: Actor, *, bound: str) -> Mobile:
    """Add the number the code was sent to."""
    account, who = needed_account(person), replace(actor, person=person)
    tried = begin_proof(person, who, "account")
    number = _take(account, person, code, bound, actor=actor)
    if number is None:
        tell_access(person, who, "account.refused", {"why": "sms"})
        raise ValueRefusedError(WRONG, "code")
    tried.was_right()
    if len(account.mobiles) >= MOST_MOBILES:
        raise ValueRefusedError(_("You have three numbers. Remove one that you do not use."))
    made = Mobile(number, actor.now)
    account.mobiles = (*(one for one in account.mobiles if one.number != number), made)
    tell_access(person, who, "account.mobile_added")
    return made


def remove_mobile(person: Person, number: str, actor: Actor) -> None:
    """Remove a number; a code on its way to it ends."""
    account = needed_account(person)
    account.mobiles = tuple(one for one in account.mobiles if one.number != number)
    account.sent_code = None
    tell_access(person, actor, "account.mobile_removed")


def prove_by_sms(
    person: Person, code: str, actor: Actor, *, bound: str, purpose: str = "sign_in"
) -> None:
    """Take a code from a text message; ValueRefusedError otherwise."""
    account, who = needed_account(person), replace(actor, person=person)
    tried = begin_proof(person, who, purpose)
    number = _take(account, person, code, bound, actor=actor)
    if number is None or number not in {one.number for one in account.mobiles}:
        refused(tried, who, purpose, "sms")
        raise ValueRefusedError(WRONG, "code")
    proven(tried, account, who, f"{purpose}.sms")
