"""What was read from the object database while something was worked out, and whether it changed.

A connection keeps its objects in the order in which they were last used. A bookmark put into that
order before the work begins stands, when it is done, right before everything the work has read:
access lists, titles, leaves of indexes. While none of that was written again, working it out once
more would read the same (decision 0080).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from persistent import Persistent
from ZODB.POSException import POSKeyError

#: An oid no storage gives.
BOOKMARK = b"\xff" * 8


class Bookmark(Persistent):
    """A place in the order of use; it is never stored."""


@dataclass(frozen=True)
class Reads:
    """The oids of what was read, and the newest transaction among those that wrote it."""

    oids: tuple[bytes, ...]
    newest: bytes

    def still_hold(self, connection: Any) -> bool:
        """Say whether a connection finds everything as it was read, or older."""
        kept, newest = connection._cache, self.newest
        for oid in self.oids:
            found = kept.get(oid)
            if found is None or found._p_changed is None:
                found = _loaded(connection, oid)
            if found is None or found._p_changed or found._p_serial > newest:
                return False
        return True


def _loaded(connection: Any, oid: bytes) -> Any:
    try:
        found = connection.get(oid)
        found._p_activate()
    except POSKeyError:
        return None
    return found


class Reading:
    """What a connection reads from the moment this is made until it is closed."""

    def __init__(self, connection: Any) -> None:
        self._kept = connection._cache
        mark = Bookmark()
        mark._p_jar, mark._p_oid = connection, BOOKMARK
        self._kept[BOOKMARK] = mark

    def close(self) -> None:
        """Take the bookmark away."""
        if self._kept.get(BOOKMARK) is not None:
            del self._kept[BOOKMARK]

    def reads(self) -> Reads | None:
        """Return what was read so far; None when that cannot be said, or something was written."""
        used = [one for _oid, one in self._kept.lru_items()]
        after = list(takewhile(lambda one: one._p_oid != BOOKMARK, reversed(used)))
        if len(after) == len(used) or any(one._p_changed for one in after):
            return None
        newest = max((one._p_serial for one in after), default=b"\0" * 8)
        return Reads(tuple(one._p_oid for one in after), newest)


@contextmanager
def reading(connection: Any) -> Iterator[Reading]:
    """Note what a connection reads in a block."""
    found = Reading(connection)
    try:
        yield found
    finally:
        found.close()
