"""The signing secret: read from a file, made at the first start, never in the repository."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.settings import setting

NONCE = 12


def secret_from(path: Path, size: int = 32) -> bytes:
    """Return the secret in a file; make the file, for its owner only, when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text().strip())
    with os.fdopen(handle, "w") as out:
        made = secrets.token_bytes(size)
        out.write(made.hex())
    return made


def sign(registry: Registry, purpose: str, text: str) -> str:
    """Return the signature of a text for one purpose (HMAC-SHA-256, hex)."""
    message = f"{purpose}\0{text}".encode()
    return hmac.new(registry.cpms_secret, message, hashlib.sha256).hexdigest()


def signature_holds(registry: Registry, purpose: str, text: str, signature: str) -> bool:
    """Say whether a signature was made here for this purpose and text."""
    return hmac.compare_digest(sign(registry, purpose, text).encode(), signature.encode())


def seal(registry: Registry, purpose: str, text: str) -> str:
    """Return a text that only this portal can read, for one purpose (AES-256-GCM, base64url)."""
    nonce = secrets.token_bytes(NONCE)
    sealed = _cipher(registry, purpose).encrypt(nonce, text.encode(), b"")
    return urlsafe_b64encode(nonce + sealed).decode()


def opened(registry: Registry, purpose: str, sealed: str) -> str:
    """Return a text that was sealed for this purpose; empty when it was not, or is altered."""
    try:
        whole = urlsafe_b64decode(sealed)
        return _cipher(registry, purpose).decrypt(whole[:NONCE], whole[NONCE:], b"").decode()
    except (ValueError, InvalidTag):
        return ""


def _cipher(registry: Registry, purpose: str) -> AESGCM:
    return AESGCM(bytes.fromhex(sign(registry, "seal", purpose)))


def includeme(config: Configurator) -> None:
    """Load the secret."""
    chosen = setting(config.registry, "cpms.secret_file")
    path = Path(chosen) if chosen else Path(setting(config.registry, "cpms.var")) / "secret"
    config.registry.cpms_secret = secret_from(path)
