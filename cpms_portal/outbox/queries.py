"""Questions about mail that was kept instead of sent, on the training site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.registry import Registry
from pyramid_mailer.interfaces import IMailer

from cpms_portal.core.actor import Actor
from cpms_portal.core.settings import setting
from cpms_portal.outbox.gateways import OutboxGateway, sms_gateway
from cpms_portal.outbox.mailers import OutboxMailer
from cpms_portal.security.permissions import Permission


@dataclass(frozen=True)
class Letter:
    """A mail that was kept. pieces: words of the text, with the path of those that are links."""

    subject: str
    recipient: str
    pieces: tuple[tuple[str, str | None], ...]


def keeps_mail(registry: Registry) -> bool:
    """Say whether this site keeps its mail for a page: a training site that sends none."""
    kept = setting(registry, "cpms.mail.way") == "outbox"
    return kept and setting(registry, "cpms.site") == "training"


def letters_for(actor: Actor, portal: Any) -> list[Letter]:
    """Return the mails an actor may read, newest first: one's own, or all for administrators."""
    mailer = actor.registry.getUtility(IMailer)
    if actor.person is None or not isinstance(mailer, OutboxMailer):
        return []
    every = actor.may(Permission.PERSON_ADMINISTER, portal)
    own = setting(actor.registry, "cpms.url").rstrip("/")
    return [
        Letter(one.subject, one.recipients[0], _pieces(one.body, own))
        for one in reversed(mailer.outbox)
        if every or actor.person.mail in one.recipients
    ]


def messages_for(actor: Actor, portal: Any) -> list[Letter]:
    """Return the text messages that were kept, newest first, as their readers may see them."""
    gateway = sms_gateway(actor.registry)
    if actor.person is None or not isinstance(gateway, OutboxGateway):
        return []
    every = actor.may(Permission.PERSON_ADMINISTER, portal)
    account = actor.person.account
    own = {one.number for one in getattr(account, "mobiles", ())}
    return [
        Letter("SMS", number, tuple((word, None) for word in text.split()))
        for number, text in reversed(gateway.kept)
        if every or number in own
    ]


def _pieces(body: str, own: str) -> tuple[tuple[str, str | None], ...]:
    return tuple(
        (word, word.removeprefix(own) if word.startswith(f"{own}/") else None)
        for word in body.split()
    )
