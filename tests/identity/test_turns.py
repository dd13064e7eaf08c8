"""Hashing a password stops nobody else: other requests write meanwhile, two hashes at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyramid.testing import DummyRequest

from cpms_portal.core.transactions import one_writer_tween, turn_given_up
from cpms_portal.security import passwords as module
from cpms_portal.security.passwords import AT_ONCE, Passwords, TooBusyError

pytestmark = pytest.mark.storages("filestorage")  # nothing is stored here
SOON = 10


def posting(handler):
    """Run a handler as a writing request."""
    request = DummyRequest(method="POST", content_type="application/json")
    return one_writer_tween(handler, None)(request)


def test_while_one_request_hashes_another_writes():
    hashing, written = threading.Event(), threading.Event()

    def sign_in(request):
        with turn_given_up():
            hashing.set()
            return written.wait(SOON)

    def write(request):
        written.set()
        return True

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(posting, sign_in)
        assert hashing.wait(SOON)
        assert pool.submit(posting, write).result(SOON)
        assert first.result(SOON)


def test_after_hashing_a_request_has_its_turn_back():
    order, started = [], threading.Event()

    def write(request):
        order.append("second")

    def sign_in(request):
        with turn_given_up():
            pass
        other = threading.Thread(target=lambda: (started.set(), posting(write)))
        other.start()
        assert started.wait(SOON)
        other.join(0.2)
        order.append("first")
        return other

    posting(sign_in).join(SOON)
    assert order == ["first", "second"]


def test_no_turn_is_given_up_by_who_has_none():
    with turn_given_up(), turn_given_up():
        assert posting(lambda request: "done") == "done"


class SlowHasher:
    """Counts how many hash at the same moment."""

    memory_cost, time_cost, parallelism = 8, 1, 1

    def __init__(self) -> None:
        self.most = self.now = 0
        self.lock = threading.Lock()
        self.all_here = threading.Barrier(AT_ONCE)

    def hash(self, password):
        """Wait until as many as may are here."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.all_here.wait(SOON)
        with self.lock:
            self.now -= 1
        return "hashed"


def test_two_hashes_at_once_and_no_more():
    hasher = SlowHasher()
    made = Passwords(hasher)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(made.make, ["x"] * 6)) == ["hashed"] * 6
    assert hasher.most == AT_ONCE


def test_who_waits_too_long_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.01)
    monkeypatch.setattr(module, "_PLACES", threading.BoundedSemaphore(1))
    module._PLACES.acquire()
    with pytest.raises(TooBusyError):
        module.LIGHT.make("x")
