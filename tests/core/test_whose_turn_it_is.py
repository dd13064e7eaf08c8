"""One writing request at a time; reading and the pieces of uploads wait for nobody."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from pyramid.request import Request

from cpms_portal.core.transactions import one_writer_tween, turn_given_up

PATIENCE = 5


class Writer(Thread):
    """A request that stays in its handler until it is let go."""

    def __init__(self, inside=None):
        super().__init__(daemon=True)
        self.entered, self.leave, self.inside = Event(), Event(), inside

    def handle(self, _request):
        self.entered.set()
        if self.inside is None:
            self.leave.wait(PATIENCE)
        else:
            with self.inside():
                self.leave.wait(PATIENCE)

    def run(self):
        one_writer_tween(self.handle, None)(Request.blank("/", method="POST"))


@pytest.fixture
def started():
    writers = []

    def start(**more):
        writer = Writer(**more)
        writers.append(writer)
        writer.start()
        assert writer.entered.wait(PATIENCE)
        return writer

    yield start
    for writer in writers:
        writer.leave.set()
        writer.join(PATIENCE)


def passes(method):
    """Say whether a request gets through while the others stay."""
    through = Event()
    tween = one_writer_tween(lambda _request: through.set(), None)
    Thread(target=tween, args=(Request.blank("/", method=method),), daemon=True).start()
    return through.wait(0.5)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_reading_and_pieces_of_uploads_do_not_wait_for_a_writer(started, method):
    started()
    assert passes(method)


def test_a_second_writer_waits_for_the_first(started):
    first = started()
    assert not passes("POST")
    first.leave.set()
    first.join(PATIENCE)
    assert passes("POST")


def test_who_waits_for_something_slow_lets_others_write(started):
    started(inside=turn_given_up)
    assert passes("POST")
