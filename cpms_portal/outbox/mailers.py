"""The two ways mail goes out."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.events import ApplicationCreated
from pyramid.settings import asbool
from pyramid_mailer import get_mailer
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.mailer import DummyMailer, Mailer
from pyramid_mailer.message import Message
from repoze.sendmail.delivery import QueuedMailDelivery
from transaction import TransactionManager

from cpms_portal.core.settings import setting
from cpms_portal.outbox.post_room import MailServer, PostRoom

KEPT = 200


class OutboxMailer(DummyMailer):
    """Keeps the last mails in memory for the outbox page; sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox: deque[Message] = deque(maxlen=KEPT)
        self.queue: deque[Message] = deque(maxlen=KEPT)
        self.send_at_once = self.send


class KeepingDelivery(QueuedMailDelivery):
    """Keeps mail with the transaction, then lets the post room look."""

    post_room: PostRoom

    def createDataManager(
        self, fromaddr: str, toaddrs: Any, message: Any
    ) -> Any:  # the library's name
        """Return what keeps one mail at the commit."""
        kept = super().createDataManager(fromaddr, toaddrs, message)
        keep, post_room = kept.callable, self.post_room

        def keep_and_wake() -> None:
            keep()
            # After a commit the transaction calls this too when somebody else has a hook.
            kept.onAbort = None
            post_room.wake()

        kept.callable = keep_and_wake
        return kept


class KeepingMailer(Mailer):
    """Keeps each mail in a folder with the transaction; the post room takes it from there."""

    def __init__(self, post_room: PostRoom) -> None:
        super().__init__()
        self.queue_delivery = KeepingDelivery(str(post_room.folder))
        self.queue_delivery.post_room = post_room
        self._post_room = post_room

    def send(self, message: Message) -> None:
        """Keep a mail when the transaction commits."""
        self.send_to_queue(message)

    def send_at_once(self, message: Message) -> None:
        """Keep a mail now, whatever becomes of the transaction."""
        alone = TransactionManager()
        delivery = KeepingDelivery(str(self._post_room.folder), transaction_manager=alone)
        delivery.post_room = self._post_room
        with alone:
            delivery.send(*self._message_args(message))


def includeme(config: Configurator) -> None:
    """Register the mailer the setting asks for."""
    registry = config.registry
    config.add_request_method(get_mailer, "mailer", reify=True)
    if setting(registry, "cpms.mail.way") != "smtp":
        registry.registerUtility(OutboxMailer(), IMailer)
        return
    given = registry.settings.get
    server = MailServer(
        given("mail.host", "localhost"),
        int(given("mail.port", 25)),
        given("mail.username", ""),
        given("mail.password", ""),
        asbool(given("mail.tls", False)),
    )
    folder = Path(setting(registry, "cpms.var")) / "mail"
    folder.parent.mkdir(parents=True, exist_ok=True)
    post_room = PostRoom(folder, server, setting(registry, "cpms.mail.retry_seconds"))
    registry.cpms_post_room = post_room
    registry.registerUtility(KeepingMailer(post_room), IMailer)
    config.add_subscriber(lambda _event: post_room.open(), ApplicationCreated)
