"""So that nobody speaks for many: voices from one place are counted a few times a day.

Nothing is stored and nobody is followed: of an address or person only a hash is held in memory,
made with a salt that is forgotten, with all hashes, when the day ends or the process does. Each
process of a portal holds its own.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

from pyramid.config import Configurator

#: Voices on one page in one day: of a person, and of an address that a whole hospital may share.
OF_PERSON, OF_ADDRESS = 1, 5
#: So many hashes are held; then all are forgotten, as when the day ends.
MOST_HELD = 100_000
#: Bytes of an IPv6 address that name a network (RFC 4291, section 2.5.4); one host has the rest.
NETWORK = 8


@dataclass(frozen=True)
class Voice:
    """A voice on a page on a day. page, person: oids; who is no person has an address."""

    page: int
    day: date
    address: str = ""
    person: int = 0


class Heard:
    """How often each place was heard today."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._forget()

    def _forget(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._times: dict[bytes, int] = {}

    def counts(self, voice: Voice) -> bool:
        """Say whether one more such voice counts today."""
        with self._lock:
            return self._times.get(self._key(voice), 0) < (
                OF_PERSON if voice.person else OF_ADDRESS
            )

    def remember(self, voice: Voice) -> None:
        """Remember a voice that was counted, until its day ends."""
        with self._lock:
            key = self._key(voice)
            self._times[key] = self._times.get(key, 0) + 1

    def _key(self, voice: Voice) -> bytes:
        if voice.day != self._day or len(self._times) >= MOST_HELD:
            self._forget()
            self._day = voice.day
        whose = f"person {voice.person}" if voice.person else network_of_address(voice.address)
        return blake2b(f"{voice.page} {whose}".encode(), key=self._salt, digest_size=16).digest()


def network_of_address(address: str) -> str:
    """Return an IPv4 address, or the network of an IPv6 address; what is neither as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return found.packed[:NETWORK].hex() if isinstance(found, IPv6Address) else str(found)


def includeme(config: Configurator) -> None:
    """Hold what was heard."""
    config.registry.cpms_voices_heard = Heard()
