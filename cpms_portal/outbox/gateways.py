"""Text messages: off, kept for the outbox page, or handed to a gateway by HTTP.

What leaves is a code and the name of the portal. The fields of the HTTP gateway are Kannel's
(sendsms) unless the setting says otherwise.
"""

from __future__ import annotations

import shlex
from collections import deque
from pathlib import Path
from typing import Protocol

import requests
from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.settings import setting

KEPT = 200
SECONDS = 10
KANNEL = (
    "username={user} password={password} from={sender} to={number} text={text} "
    "charset=UTF-8 coding=2"
)


class SMSFailedError(CPMSError):
    """The gateway did not take a text message."""

    status = 503


class ISMSGateway(Protocol):
    """Sends text messages."""

    def send(self, number: str, text: str) -> None:
        """Send a text to a number (E.164); SMSFailedError when it is not taken."""


class OutboxGateway:
    """Keeps the last text messages in memory for the outbox page; sends nothing."""

    def __init__(self) -> None:
        self.kept: deque[tuple[str, str]] = deque(maxlen=KEPT)

    def send(self, number: str, text: str) -> None:
        """Keep a message."""
        self.kept.append((number, text))


class HTTPGateway:
    """Hands messages to a server by GET or POST; any 2xx means that it was taken."""

    def __init__(self, registry: Registry) -> None:
        self.url = setting(registry, "cpms.sms.url")
        self.method = setting(registry, "cpms.sms.method")
        words = shlex.split(setting(registry, "cpms.sms.fields"))
        self.fields = dict(word.partition("=")[::2] for word in words)
        self.known = {
            "sender": setting(registry, "cpms.sms.sender"),
            "user": setting(registry, "cpms.sms.user"),
        }
        self.password_file = setting(registry, "cpms.sms.password_file")

    def send(self, number: str, text: str) -> None:
        """Hand a message over."""
        password = Path(self.password_file).read_text().strip() if self.password_file else ""
        values = {**self.known, "password": password, "number": number, "text": text}
        sent = {name: value.format_map(values) for name, value in self.fields.items()}
        by_get = self.method == "GET"
        try:
            answer = requests.request(
                self.method,
                self.url,
                params=sent if by_get else None,
                data=None if by_get else sent,
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            # The address of the request holds the password: the cause is not told on.
            raise SMSFailedError("unreachable") from None
        if not answer.ok or answer.is_redirect:
            raise SMSFailedError(str(answer.status_code))


def sms_gateway(registry: Registry) -> ISMSGateway | None:
    """Return the gateway, or None when text messages are switched off."""
    gateway: ISMSGateway | None = registry.cpms_sms
    return gateway


def includeme(config: Configurator) -> None:
    """Choose the gateway the setting asks for."""
    way = setting(config.registry, "cpms.sms.way")
    if way == "off":
        config.registry.cpms_sms = None
    elif way == "outbox":
        config.registry.cpms_sms = OutboxGateway()
    else:
        config.registry.cpms_sms = HTTPGateway(config.registry)
