"""The signing secret: read from a file, made at the first start, never in the repository."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.settings import setting


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


def includeme(config: Configurator) -> None:
    """Load the secret."""
    chosen = setting(config.registry, "cpms.secret_file")
    path = Path(chosen) if chosen else Path(setting(config.registry, "cpms.var")) / "secret"
    config.registry.cpms_secret = secret_from(path)
