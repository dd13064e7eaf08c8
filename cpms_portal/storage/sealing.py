"""Sealing: AES-256-GCM with a key per patient; the field's name is bound in.

A sealed value moved to another patient or another field does not open
(NIST SP 800-38D; additional authenticated data is ``key id / field``).
"""

from __future__ import annotations

import json
import secrets
import zlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.registry import Registry

from cpms_portal.storage.keys import NONCE, keyring


def bound_to(key_id: str, field: str) -> bytes:
    """Return the additional authenticated data of a field of a key."""
    return f"{key_id}/{field}".encode()


def seal_bytes(registry: Registry, key_id: str, field: str, value: bytes) -> bytes:
    """Return a value sealed for one field of one patient."""
    nonce = secrets.token_bytes(NONCE)
    cipher = AESGCM(keyring(registry).key(key_id))
    return nonce + cipher.encrypt(nonce, value, bound_to(key_id, field))


def open_bytes(registry: Registry, key_id: str, field: str, sealed: bytes) -> bytes:
    """Return the value; KeyDestroyedError after erasure, InvalidTag when it was tampered with."""
    cipher = AESGCM(keyring(registry).key(key_id))
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to(key_id, field))


def seal_json(registry: Registry, key_id: str, field: str, value: Any) -> bytes:
    """Return a JSON value sealed; it is packed first."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return seal_bytes(registry, key_id, field, zlib.compress(text.encode(), 6))


def open_json(registry: Registry, key_id: str, field: str, sealed: bytes | None) -> Any:
    """Return a sealed JSON value; None when nothing was sealed."""
    if not sealed:
        return None
    return json.loads(zlib.decompress(open_bytes(registry, key_id, field, sealed)))
