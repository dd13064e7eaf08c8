"""Attempts at secrets: counted by account and by address, answered ever more slowly.

A try is counted before the secret is looked at and taken back when it was right, so
that many tries at the same moment cannot slip through. Counting has its own database
connection and transaction: the request's own is given up when it is refused.
Nothing here is permanent: the longest wait is a quarter of an hour, and counts leak away.
"""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from BTrees.OOBTree import OOBTree
from persistent import Persistent
from pyramid.registry import Registry
from transaction import TransactionManager
from ZODB.POSException import ConflictError

from cpms_portal.core.clock import now
from cpms_portal.security.passwords import TooBusyError

STORE = "attempts"
FIRST_WAIT, LONGEST_WAIT = 30, 900
#: More than this many are never kept of a kind; what leaked away goes first, then the oldest.
MOST_KEPT = 4096
TRIES = 8
_ONE_AT_A_TIME = threading.Lock()
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Limit:
    """How many failures cost nothing, and after how many seconds one is forgotten."""

    free: int
    leak: int

    def wait(self, failures: int) -> int:
        """Return how many seconds must pass after so many failures: 30, doubling to 900."""
        over = failures - self.free
        return 0 if over <= 0 else min(FIRST_WAIT * 2 ** min(over - 1, 10), LONGEST_WAIT)


#: A whole hospital may stand behind one address, so addresses have more free failures.
LIMITS = {
    "account": Limit(free=5, leak=3600),
    "nobody": Limit(free=5, leak=3600),
    "address": Limit(free=20, leak=60),
}
#: Names nobody has share so many counts: they cost what a known name costs, and fill nothing.
NOBODIES = 256


class Count(NamedTuple):
    """Failures so far, the time of the last, and until when to wait, in seconds."""

    failures: int
    at: float
    until: float = 0


class Attempts(Persistent):
    """The counts by kind and key."""

    def __init__(self) -> None:
        self.kinds = {kind: OOBTree() for kind in LIMITS}

    def locked(self, kind: str, key: str, moment: float) -> bool:
        """Say whether a key has to wait."""
        found: Count | None = self.kinds[kind].get(key)
        return found is not None and moment < found.until

    def left(self, kind: str, key: str, moment: float) -> int:
        """Return the failures of a key that have not leaked away."""
        found: Count | None = self.kinds[kind].get(key)
        if found is None:
            return 0
        leaked = int(max(0.0, moment - found.at) // LIMITS[kind].leak)
        return max(0, found.failures - leaked)

    def count(self, kind: str, key: str, moment: float) -> None:
        """Count a failure."""
        counts = self.kinds[kind]
        if len(counts) >= MOST_KEPT:
            self._make_room(kind, moment)
        failures = self.left(kind, key, moment) + 1
        counts[key] = Count(failures, moment, moment + LIMITS[kind].wait(failures))

    def take_back(self, kind: str, key: str, moment: float) -> None:
        """Count one failure less; the wait ends, unless another failed since that moment."""
        found: Count | None = self.kinds[kind].pop(key, None)
        if found is not None and found.failures > 1:
            until = 0 if found.at == moment else found.until
            self.kinds[kind][key] = Count(found.failures - 1, found.at, until)

    def forget(self, kind: str, key: str) -> None:
        """Forget all failures of a key."""
        self.kinds[kind].pop(key, None)

    def _make_room(self, kind: str, moment: float) -> None:
        counts = self.kinds[kind]
        for key in [key for key in counts if self.left(kind, key, moment) == 0]:
            del counts[key]
        oldest = sorted(counts, key=lambda key: counts[key].at)
        for key in oldest[: max(0, len(oldest) - MOST_KEPT * 3 // 4)]:
            del counts[key]


@dataclass(frozen=True)
class Tried:
    """One try under way: at whose account (0 when nobody has that name), from where.

    failures: how many of this account count now, this one among them.
    """

    registry: Registry
    account: int
    address: str
    moment: float
    allowed: bool
    failures: int = 0
    nobody: str = ""

    def keys(self) -> list[tuple[str, str]]:
        """Return the counts this try belongs to."""
        return _keys(self.account, self.address, self.nobody)

    def was_right(self, *, signed_in: bool = False) -> None:
        """Take the count back; a complete sign-in forgets what was counted for the account."""

        def change(attempts: Attempts) -> None:
            for kind, key in self.keys():
                attempts.take_back(kind, key, self.moment)
                if signed_in and kind == "account":
                    attempts.forget(kind, key)

        _on_its_own(self.registry, change)


def begin_try(registry: Registry, account: int, source: str, *, nobody: str = "") -> Tried:
    """Count a try at a secret; it may be looked at only when the answer is ``allowed``.

    account: oid of the person, 0 for an unknown name. source: the address, as text. nobody: the
    unknown name.
    """
    address, moment = network_of_address(source), now(registry).timestamp()

    def change(attempts: Attempts) -> tuple[bool, int]:
        keys = _keys(account, address, nobody)
        if any(attempts.locked(kind, key, moment) for kind, key in keys):
            return False, attempts.left("account", str(account), moment)
        for kind, key in keys:
            attempts.count(kind, key, moment)
        return True, attempts.left("account", str(account), moment)

    return Tried(registry, account, address, moment, *_on_its_own(registry, change), nobody)


def locked_accounts(registry: Registry) -> list[int]:
    """Return the oids of the accounts that have to wait just now."""
    moment = now(registry).timestamp()

    def ask(attempts: Attempts) -> list[int]:
        found = attempts.kinds["account"]
        return [int(key) for key in found if attempts.locked("account", key, moment)]

    return _on_its_own(registry, ask)


def unlock(registry: Registry, account: int) -> None:
    """Forget what was counted for an account."""
    _on_its_own(registry, lambda attempts: attempts.forget("account", str(account)))


def network_of_address(source: str) -> str:
    """Return the /24 of an IPv4 or the /64 of an IPv6 address, "unknown" for anything else."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return "unknown"
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    length = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, length), strict=False))


def _keys(account: int, address: str, nobody: str) -> list[tuple[str, str]]:
    found = [("address", address)]
    if account:
        found.insert(0, ("account", str(account)))
    elif nobody:
        number = int.from_bytes(hashlib.sha256(nobody.lower().encode()).digest()[:8]) % NOBODIES
        found.insert(0, ("nobody", str(number)))
    return found


def _on_its_own(registry: Registry, change: Callable[[Attempts], Answer]) -> Answer:
    """Do something with the counts in a transaction of its own, retried when others count too."""
    database: Any = registry._zodb_databases[""]
    with _ONE_AT_A_TIME:
        for _number in range(TRIES):
            manager = TransactionManager(explicit=True)
            manager.begin()
            connection = database.open(manager)
            try:
                root = connection.root()
                if STORE not in root:
                    root[STORE] = Attempts()
                answer = change(root[STORE])
                manager.commit()
                return answer
            except ConflictError:
                manager.abort()
            except BaseException:
                manager.abort()
                raise
            finally:
                connection.close()
    raise TooBusyError
