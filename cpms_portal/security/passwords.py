"""Password hashes: argon2id, few at once, and the same work for accounts that do not exist.

A hash takes 64 MiB and most of half a second on purpose, so no more than two are worked out
at a time in a process, and other requests may write meanwhile. On the training site everybody
shares one password that is printed at the start: there the cost protects nothing and OWASP's
minimum is used.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.core.transactions import turn_given_up

AT_ONCE = 2
LONGEST_WAIT = 15.0
_PLACES = threading.BoundedSemaphore(AT_ONCE)


class TooBusyError(CPMSError):
    """Too many people sign in at the same moment."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("Many people are signing in just now. Please try again in a minute."))


@contextmanager
def _place() -> Iterator[None]:
    with turn_given_up():
        if not _PLACES.acquire(timeout=LONGEST_WAIT):
            raise TooBusyError
        try:
            yield
        finally:
            _PLACES.release()


class Passwords:
    """Makes and checks hashes with one set of costs."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        salt, digest = b64encode(bytes(16)), b64encode(bytes(32))
        costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
        kept = "$".join(part.decode().rstrip("=") for part in (salt, digest))
        #: Fits no password; checking against it costs what a real check costs.
        self.dummy = f"$argon2id$v=19${costs}${kept}"

    def make(self, password: str) -> str:
        """Return the hash of a password, with its salt and costs."""
        with _place():
            return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """Say whether a password belongs to a hash; without one it takes as long and says no."""
        with _place():
            try:
                return self._hasher.verify(kept or self.dummy, password) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False


STRONG = Passwords(PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4))
LIGHT = Passwords(PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1))


def passwords(registry: Registry) -> Passwords:
    """Return the hashes this site makes."""
    return LIGHT if setting(registry, "cpms.site") == "training" else STRONG


class SharedPassword:
    """The one password of all training accounts: hashed once, when it is first asked for."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._kept = ""
        self._lock = threading.Lock()

    def kept(self) -> str:
        """Return its hash."""
        with self._lock:
            if not self._kept:
                self._kept = LIGHT.make(self._password)
            return self._kept


def shared_password(registry: Registry) -> SharedPassword | None:
    """Return the shared password of the training site; None on a production site."""
    return registry.cpms_shared_password


def includeme(config: Configurator) -> None:
    """Take the shared password, on the training site only."""
    config.add_setting(
        "cpms.training.password",
        str,
        "seven quiet lanterns by the harbour",
        "the one password of all training accounts; production refuses them",
    )
    registry = config.registry
    training = setting(registry, "cpms.site") == "training"
    chosen = setting(registry, "cpms.training.password")
    registry.cpms_shared_password = SharedPassword(chosen) if training else None
