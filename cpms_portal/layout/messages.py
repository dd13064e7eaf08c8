"""One-time messages: told after a change, shown on the page that follows.

They travel in a signed cookie, so showing one writes nothing to the object database.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.security.cookies import cookie_of, keep_cookie, set_cookie
from cpms_portal.security.secret import sign, signature_holds

COOKIE = "cpms-told"
PURPOSE = "told"
SECONDS = 120
TONES = ("info", "success", "attention", "danger")


@dataclass(frozen=True)
class Message:
    """A sentence for the next page; tone: info, success, attention or danger."""

    text: str
    tone: str


def tell(request: Request, text: str, tone: str = "success") -> None:
    """Show a sentence on the next page (``request.tell``); nothing clinical, no identity."""
    told = request.environ.setdefault("cpms.told", [])
    if not told:
        request.add_response_callback(_carry)
    told.append([request.localizer.translate(text), tone if tone in TONES else "info"])


def _carry(request: Request, response: Any) -> None:
    packed = urlsafe_b64encode(json.dumps(request.environ["cpms.told"]).encode()).decode()
    value = f"{packed}.{sign(request.registry, PURPOSE, packed)}"
    set_cookie(response, request.registry, COOKIE, value, max_age=SECONDS)


def told(request: Request) -> list[Message]:
    """Return the messages for this page and let the browser forget them."""
    packed, _dot, signature = cookie_of(request, COOKIE).rpartition(".")
    if not packed or not signature_holds(request.registry, PURPOSE, packed, signature):
        return []
    keep_cookie(request, COOKIE, "", 0)
    return [Message(text, tone) for text, tone in json.loads(urlsafe_b64decode(packed))]


def includeme(config: Configurator) -> None:
    """Offer ``request.tell``."""
    config.add_request_method(tell)
