"""Transactions: one a request, retried on conflict, short writers one at a time.

Writers that collide cost more in retries than they gain in parallel work
(measured: 25 a second with retries, 46 to 65 with one lock a process), so a
request that may write waits for its turn. Uploads do not: they write to the
spool, not to the object database. Who has something slow to work out that writes
nothing (a password's hash) gives the turn up meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPException
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from transaction.interfaces import TransientError

READING = frozenset({"GET", "HEAD", "OPTIONS"})
_TURN = threading.RLock()
_HELD = threading.local()


def _is_piece(request: Request) -> bool:
    """Say whether this is a piece of an upload: nothing else is put."""
    return bool(request.method == "PUT")


def _take_apart(request: Request) -> None:
    """Read a form with files before it is its turn; what is no form is refused where it is due."""
    if request.content_type == "multipart/form-data":
        with suppress(HTTPException):
            request.POST  # noqa: B018 - it is kept with the request


def one_writer_tween(
    handler: Callable[[Request], Response], registry: Registry
) -> Callable[[Request], Response]:
    """Let one writing request at a time run from its first read to its commit."""

    def one_writer(request: Request) -> Response:
        if request.method in READING or _is_piece(request):
            return handler(request)
        _take_apart(request)
        with _TURN:
            _HELD.turn = True
            try:
                return handler(request)
            finally:
                _HELD.turn = False

    return one_writer


class ReadAgainError(TransientError):
    """What was read before the turn was given up is old: the request is made once more."""


@contextmanager
def turn_given_up() -> Iterator[None]:
    """Let other requests write while this one works something out; then wait for a turn again.

    What was read before may have changed meanwhile; a writer then collides and is retried.
    """
    if not getattr(_HELD, "turn", False):
        yield
        return
    _TURN.release()
    _HELD.turn = False
    try:
        yield
    finally:
        _TURN.acquire()
        _HELD.turn = True


def again(_error: ReadAgainError, _request: Request) -> Response:
    """Answer nothing: the request is made once more before anybody sees this."""
    return Response(status=503)


def includeme(config: Configurator) -> None:
    """Include the transaction manager and the retries."""
    config.add_exception_view(again, context=ReadAgainError)
    settings = config.registry.settings
    settings.setdefault("tm.annotate_user", "false")
    settings.setdefault("retry.attempts", "5")
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.add_tween(
        "cpms_portal.core.transactions.one_writer_tween", over="pyramid_tm.tm_tween_factory"
    )
