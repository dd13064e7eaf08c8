"""The two ways mail goes out."""

from __future__ import annotations

from collections import deque

from pyramid.config import Configurator
from pyramid_mailer import get_mailer
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.mailer import DummyMailer
from pyramid_mailer.message import Message

from cpms_portal.core.settings import setting

KEPT = 200


class OutboxMailer(DummyMailer):
    """Keeps the last mails in memory for the outbox page; sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox: deque[Message] = deque(maxlen=KEPT)
        self.queue: deque[Message] = deque(maxlen=KEPT)


def includeme(config: Configurator) -> None:
    """Register the mailer the setting asks for."""
    if setting(config.registry, "cpms.mail.way") == "smtp":
        config.include("pyramid_mailer")
        return
    config.registry.registerUtility(OutboxMailer(), IMailer)
    config.add_request_method(get_mailer, "mailer", reify=True)
