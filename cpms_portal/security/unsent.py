"""A form that was sent too late: kept with the session, sealed, for the browser it came from.

The key stands in a cookie of this browser alone, so that neither the database nor a copy of it
can be read: reasons and identities may be among what was typed.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.request import Request

from cpms_portal.security.cookies import cookie_of, keep_cookie

#: In the values of a session: the sealed form, or only that something was not done.
UNSENT, NOT_DONE = "unsent", "not_done"
COOKIE, SECONDS, LONGEST = "cpms-unsent", 15 * 60, 32_000
NONCE_BYTES, KEY_BITS = 12, 256
#: Words in the names of fields that are never kept.
SECRET = ("password", "code", "secret")


class Unsent(NamedTuple):
    """What was posted. path: where to. page: where from. fields: names and values, in order."""

    path: str
    page: str
    fields: list[tuple[str, Any]]


def keep_unsent(request: Request, unsent: Unsent) -> bool:
    """Keep a form and say whether that was possible: not files, not secrets, not very much."""
    record, whole = request.session_record, json.dumps(unsent, default=lambda _file: None)
    harmless = all(
        isinstance(value, str) and not any(word in name.lower() for word in SECRET)
        for name, value in unsent.fields
    )
    if record is None or not unsent.fields or not harmless or len(whole) > LONGEST:
        return False
    key, nonce = AESGCM.generate_key(KEY_BITS), secrets.token_bytes(NONCE_BYTES)
    record.values[UNSENT] = nonce + AESGCM(key).encrypt(nonce, whole.encode(), b"")
    keep_cookie(request, COOKIE, urlsafe_b64encode(key).decode(), SECONDS)
    return True


def unsent_of(request: Request) -> Unsent | None:
    """Return what was kept, to the browser it came from; None when there is nothing."""
    record = request.session_record
    sealed = None if record is None else record.values.get(UNSENT)
    if not isinstance(sealed, bytes):
        return None
    try:
        key = urlsafe_b64decode(cookie_of(request, COOKIE))
        text = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], b"")
    except (ValueError, InvalidTag):
        return None
    path, page, fields = json.loads(text)
    return Unsent(path, page, [(name, value) for name, value in fields])


def forget_unsent(request: Request) -> None:
    """Forget what was kept once a form is sent; a page that is read writes nothing."""
    record = request.session_record
    if request.method not in ("GET", "HEAD") and record is not None:
        for name in (UNSENT, NOT_DONE):
            if name in record.values:
                del record.values[name]
