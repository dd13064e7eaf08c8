"""What visitors can do: ask for an account, ask for a new password, make the account.

A known and an unknown address get the same answer after the same work, and one mail each: only
who reads that mailbox learns which it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import root_of
from cpms_portal.identity.actions import (
    WAIT,
    make_link,
    open_account,
    set_password,
    tell_access,
)
from cpms_portal.identity.queries import link_digest, person_to_sign_in
from cpms_portal.identity.queries.front_desk import (
    CHALLENGE_COUNTS,
    STORE,
    challenge_counts,
    is_worked_out,
    wanted_of,
)
from cpms_portal.identity.resources import FrontDesk, PasswordLink, Wanted
from cpms_portal.networks.actions import add_person
from cpms_portal.outbox.actions import send_notice
from cpms_portal.security.attempts import network_of_address
from cpms_portal.security.resources import People, Person

LINK_COUNTS = timedelta(hours=24)
AN_HOUR = timedelta(hours=1)
#: Mails in an hour to one address, and asked for from one network (a hospital has one address).
MOST_TO_ADDRESS, MOST_FROM_NETWORK = 3, 30
TOO_OLD = _("This page was open for too long. Please send it once more.")
NOT_SHOWN = _("This is not the right word. Please try once more.")
SUBJECT = _("Your CPMS account")
ONE_LINK = _(
    "Somebody, probably you, asked for an account with this address. Follow the link to choose a "
    "password. It works once, for 24 hours. If it was not you, do nothing: no account is made."
)
ACCOUNT_EXISTS = _(
    "Somebody, probably you, asked for an account with this address. You have one already. If "
    "you forgot the password, ask for a new one at the front door. If it was not you, do nothing."
)
NEW_PASSWORD = _(
    "Somebody, probably you, asked for a new password. Follow the link to choose one. It works "
    "once, for 24 hours. If it was not you, do nothing: the old password stays."
)
NO_ACCOUNT = _(
    "Somebody, probably you, asked for a new password. With this address no account can be used "
    "here. Perhaps you have one with another address."
)


@dataclass(frozen=True)
class Mailbox:
    """Where a mail goes that is for nobody with an account."""

    mail: str
    language: str


def desk_for(anywhere: Any) -> FrontDesk:
    """Return what is remembered of visitors; made for the first of them."""
    root = root_of(anywhere)._p_jar.root()
    if STORE not in root:
        root[STORE] = FrontDesk()
    desk: FrontDesk = root[STORE]
    return desk


def spend(desk: FrontDesk, proof: str, actor: Actor, counts: timedelta) -> bool:
    """Use up a proof that counts so long; False when it was used before."""
    for old in [key for key, until in desk.spent.items() if until < actor.now]:
        del desk.spent[old]
    if proof in desk.spent:
        return False
    desk.spent[proof] = actor.now + counts
    return True


def prove_person(
    anywhere: Any, challenge: str, number: str, answered: bool, *, actor: Actor
) -> None:
    """Take the proof that a visitor is a person, once; ValueRefusedError names the field."""
    if not challenge_counts(actor.registry, challenge):
        raise ValueRefusedError(TOO_OLD)
    if not answered and not is_worked_out(challenge, number):
        raise ValueRefusedError(NOT_SHOWN, "answer")
    if not spend(desk_for(anywhere), challenge, actor, CHALLENGE_COUNTS):
        raise ValueRefusedError(TOO_OLD)


def count_once(desk: FrontDesk, key: str, most: int, actor: Actor) -> bool:
    """Count what was asked under a key; False when it was too often in the last hour."""
    kept = tuple(at for at in desk.mailed.get(key, ()) if actor.now - at < AN_HOUR)
    if len(kept) >= most:
        return False
    desk.mailed[key] = (*kept, actor.now)
    return True


def may_mail_to(desk: FrontDesk, mail: str, actor: Actor) -> bool:
    """Say whether this address may get a mail; ValueRefusedError when a network asks too often."""
    for key in [k for k, times in desk.mailed.items() if actor.now - times[-1] >= AN_HOUR]:
        del desk.mailed[key]
    network = network_of_address(actor.source)
    if not count_once(desk, f"from {network}", MOST_FROM_NETWORK, actor):
        raise ValueRefusedError(WAIT)
    return count_once(desk, f"to {mail.lower()}", MOST_TO_ADDRESS, actor)


def may_ask(anywhere: Any, mail: str, actor: Actor, most: int) -> None:
    """Count somebody's question; ValueRefusedError when they ask too often.

    mail: where a visitor wants the answer; most: how many in an hour somebody with an account
    may ask.
    """
    desk = desk_for(anywhere)
    if actor.person is not None:
        allowed = count_once(desk, f"asked by {actor.oid}", most, actor)
    else:
        allowed = may_mail_to(desk, mail, actor)
    if not allowed:
        raise ValueRefusedError(WAIT)


def file_wanted(desk: FrontDesk, wanted: Wanted, actor: Actor) -> str:
    """Keep what was asked for and return the secret of its link; the too old go."""
    for old in [key for key, one in desk.wanted.items() if one.until < actor.now]:
        del desk.wanted[old]
    secret = secrets.token_urlsafe(24)
    desk.wanted[link_digest(secret)] = wanted
    return secret


def ask_for_account(people: People, asked: Mapping[str, Any], actor: Actor) -> None:
    """Send a link to an address; who has an account there is told so instead."""
    desk, mail = desk_for(people), asked["mail"]
    may_mail = may_mail_to(desk, mail, actor)
    taken = people.person_of_login(mail) is not None
    wanted = Wanted(
        asked["first_name"],
        asked["last_name"],
        mail,
        asked["language"],
        actor.now + LINK_COUNTS,
        taken,
    )
    secret = file_wanted(desk, wanted, actor)
    tell_access(people, actor, "account.asked_for")
    if may_mail:
        text, path = (
            (ACCOUNT_EXISTS, "/forgotten-password")
            if taken
            else (ONE_LINK, f"/create-account/{secret}")
        )
        send_notice(actor.registry, Mailbox(mail, wanted.language), SUBJECT, text, path)


def ask_for_password(people: People, mail: str, language: str, actor: Actor) -> None:
    """Send the owner of an address a link to choose a new password; factors stay as they are."""
    desk = desk_for(people)
    may_mail = may_mail_to(desk, mail, actor)
    person = person_to_sign_in(people, mail, actor.registry) if may_mail else None
    until = actor.now + LINK_COUNTS
    file_wanted(desk, Wanted("", "", mail, language, until, taken=True), actor)
    tell_access(people, actor, "account.password_asked_for")
    if person is not None:
        path = f"/set-password/{make_link(person, actor)}"
        send_notice(actor.registry, person, SUBJECT, NEW_PASSWORD, path)
    elif may_mail:
        mailbox = Mailbox(mail, language)
        make_no_link(people, actor)
        send_notice(actor.registry, mailbox, SUBJECT, NO_ACCOUNT, "/sign-in")


def make_no_link(people: People, actor: Actor) -> None:
    """Do what a link for somebody costs, so that the time does not tell whether there is one."""
    desk_for(people).no_link = PasswordLink(link_digest(secrets.token_urlsafe(24)), actor.now)
    tell_access(people, actor, "account.no_link_made")


def make_wanted_account(people: People, token: str, password: str, actor: Actor) -> Person:
    """Make the account a link stands for and use the link up; ValueRefusedError when it is gone."""
    wanted = wanted_of(people, token, actor.registry)
    if wanted is None:
        raise ValueRefusedError(_("This link was used already, or it is too old."))
    desk = desk_for(people)
    for digest in [key for key, one in desk.wanted.items() if one.mail == wanted.mail]:
        del desk.wanted[digest]
    if people.person_of_login(wanted.mail) is not None:
        raise ValueRefusedError(_("There is an account with this address already. Sign in."))
    name = f"{wanted.first_name} {wanted.last_name}"
    person = add_person(people, name, wanted.mail, language=wanted.language, actor=actor)
    open_account(person, actor)
    set_password(person, password, actor)
    tell_access(person, replace(actor, person=person), "account.made")
    return person
