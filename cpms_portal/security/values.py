"""``request.session`` for what expects one, as the management interface does.

Its values stand in the session record. Before sign-in nothing is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from persistent.mapping import PersistentMapping
from pyramid.csrf import get_csrf_token
from pyramid.interfaces import ISession
from pyramid.request import Request
from zope.interface import implementer


@implementer(ISession)
class SessionValues:
    """A mapping over the values of the server-side session."""

    def __init__(self, request: Request) -> None:
        record = request.session_record
        self._request = request
        self._values: Any = PersistentMapping() if record is None else record.values
        self.created = int(time.time() if record is None else record.opened.timestamp())
        self.new = record is None

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._values[key] = value

    def __delitem__(self, key: str) -> None:
        del self._values[key]

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name in {"get", "keys", "values", "items", "pop", "setdefault", "update", "clear"}:
            return getattr(self._values, name)
        raise AttributeError(name)

    def invalidate(self) -> None:
        """Forget the values."""
        self._values.clear()

    def changed(self) -> None:
        """Say that a value changed inside."""
        self._values._p_changed = True

    def flash(self, msg: Any, queue: str = "", allow_duplicate: bool = True) -> None:
        """Keep a message for the next page."""
        kept = self._values.get("_f_" + queue, ())
        if allow_duplicate or msg not in kept:
            self._values["_f_" + queue] = (*kept, msg)

    def pop_flash(self, queue: str = "") -> list[Any]:
        """Return and forget the messages; nothing is written when there are none."""
        name = "_f_" + queue
        return list(self._values.pop(name)) if name in self._values else []

    def peek_flash(self, queue: str = "") -> list[Any]:
        """Return the messages."""
        return list(self._values.get("_f_" + queue, ()))

    def new_csrf_token(self) -> str:
        """Return the token of the session."""
        return self.get_csrf_token()

    def get_csrf_token(self) -> str:
        """Return the token of the session."""
        return str(get_csrf_token(self._request))


def session_values(request: Request) -> SessionValues:
    """Return the session of a request; Pyramid's session factory."""
    return SessionValues(request)
