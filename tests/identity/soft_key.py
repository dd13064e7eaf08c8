"""A security key made of software, for tests without a browser; it can be told to lie."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


def text_of(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """One credential; what it says of itself can be set."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.count = 0
        self.checks_person = True
        self.user = b""

    def create(self, options: dict[str, Any]) -> str:
        """Answer to a registration, as the script in the page sends it."""
        self.user = bytes_of(options["user"]["id"])
        numbers = self.secret.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + cose
        seen = self._seen(options["rp"]["id"], 0x40) + attested
        told = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": seen})
        client = self._client("webauthn.create", options["challenge"])
        return self._sent(clientDataJSON=text_of(client), attestationObject=text_of(told))

    def get(self, options: dict[str, Any]) -> str:
        """Answer to a sign-in."""
        self.count += 1
        seen = self._seen(options["rpId"], 0)
        client = self._client("webauthn.get", options["challenge"])
        signed = seen + hashlib.sha256(client).digest()
        return self._sent(
            clientDataJSON=text_of(client),
            authenticatorData=text_of(seen),
            signature=text_of(self.secret.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=text_of(self.user),
        )

    def _seen(self, rp_id: str, flags: int) -> bytes:
        flags |= 0x05 if self.checks_person else 0x01
        digest = hashlib.sha256(rp_id.encode()).digest()
        return digest + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(told).encode()

    def _sent(self, **response: str) -> str:
        raw = text_of(self.credential_id)
        return json.dumps({"id": raw, "rawId": raw, "type": "public-key", "response": response})
