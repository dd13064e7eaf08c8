"""The first time somebody comes from outside: a mail proves that the account is theirs.

The mail is the same whether there is an account with the address or not; only who reads the
mailbox learns which it was.
"""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.identity.actions import open_account
from cpms_portal.identity.actions.front_desk import (
    LINK_COUNTS,
    SUBJECT,
    Mailbox,
    desk_for,
    file_wanted,
    may_mail_to,
)
from cpms_portal.identity.actions.identities import link_identity
from cpms_portal.identity.queries import account_of, may_sign_in
from cpms_portal.identity.queries.front_desk import connection_of
from cpms_portal.identity.resources import Wanted
from cpms_portal.identity.sources.said import Said
from cpms_portal.networks.actions import add_person
from cpms_portal.outbox.actions import send_notice
from cpms_portal.security.resources import People, Person

CONNECT = _(
    "Somebody, probably you, came to the portal with a sign-in of another place for the first "
    "time. Follow the link to connect it with your account here; if you have none yet, one is "
    "made. The link works once, for 24 hours. If it was not you, do nothing."
)
GONE = _("This link was used already, or it is too old.")


def ask_to_connect(people: People, said: Said, language: str, actor: Actor) -> None:
    """Send a link to the address a source has verified."""
    if not said.mail:
        raise ValueRefusedError(_("There is no verified address to send a mail to."))
    desk = desk_for(people)
    may_mail = may_mail_to(desk, said.mail, actor)
    wanted = Wanted(
        said.first_name,
        said.last_name,
        said.mail,
        language,
        actor.now + LINK_COUNTS,
        identity=(said.source, said.subject),
    )
    secret = file_wanted(desk, wanted, actor)
    if may_mail:
        mailbox = Mailbox(said.mail, language)
        send_notice(actor.registry, mailbox, SUBJECT, CONNECT, f"/connect/{secret}")


def connect(people: People, token: str, actor: Actor) -> Person:
    """Link the identity a mail was sent about, and make the account when there is none.

    Where the account has a second factor, it is asked for once more before a strong proof of the
    source stands for both: a mailbox alone opens nothing.
    """
    wanted = connection_of(people, token, actor.registry)
    if wanted is None or wanted.identity is None:
        raise ValueRefusedError(GONE)
    desk = desk_for(people)
    for digest in [key for key, one in desk.wanted.items() if one.identity == wanted.identity]:
        del desk.wanted[digest]
    person = people.person_of_login(wanted.mail)
    if person is None:
        name = f"{wanted.first_name} {wanted.last_name}".strip() or wanted.mail
        person = add_person(people, name, wanted.mail, language=wanted.language, actor=actor)
    if not isinstance(person, Person):
        raise ValueRefusedError(GONE)
    account = account_of(person) or open_account(person, actor)
    if not may_sign_in(person, actor.registry):
        raise ValueRefusedError(_("This account cannot be used. Please ask the helpdesk."))
    said = Said(*wanted.identity, mail=wanted.mail)
    link_identity(person, said, actor, confirmed=not account.enrolled)
    return person
