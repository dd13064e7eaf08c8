"""Whether a name exists is told by no answer, and by no time either: the same work is done.

Time is not measured, it depends on the machine. Counted is what takes time: calls of functions,
hashes of passwords and objects written, once everything is warm.
"""

from __future__ import annotations

import sys

import pytest
from argon2 import PasswordHasher
from ZODB.Connection import Connection

from tests.factories.people import make_person
from tests.identity.test_front_desk import ask

pytestmark = pytest.mark.storages("filestorage")  # what is done does not depend on the storage
#: Calls that two answers may differ by; a hash alone takes as long as many thousand.
APART = 0.05
UNKNOWN = "nobody-here-at-all@clinic.invalid"


def work_of(press, monkeypatch):
    """Return how many functions were called, hashes made and objects written by a press."""
    calls, hashes, objects = [0], [], []
    verify, commit = PasswordHasher.verify, Connection._store_objects

    def note(_frame, event, _arg):
        calls[0] += event == "call"

    def store(self, writer, transaction):
        """Count what one connection writes."""
        commit(self, writer, transaction)
        objects.append(len({one._p_oid for one in self._registered_objects}))

    monkeypatch.setattr(PasswordHasher, "verify", lambda *a: hashes.append(1) or verify(*a))
    monkeypatch.setattr(Connection, "_store_objects", store)
    sys.setprofile(note)
    try:
        press()
    finally:
        sys.setprofile(None)
        monkeypatch.undo()
    return calls[0], len(hashes), sum(objects)


@pytest.fixture
def mail(root, registry):
    """The address of somebody."""
    return make_person(root, registry).mail


def answers_for(visitor, mail, press, monkeypatch):
    """Return the work for a known and an unknown name, after one of each."""
    for one in (mail, UNKNOWN):
        press(visitor, one)
    return [work_of(lambda one=one: press(visitor, one), monkeypatch) for one in (mail, UNKNOWN)]


def wrong_password(visitor, login):
    """Try a password."""
    visitor.give_password(login, "certainly not this one")


def new_password(visitor, login):
    """Ask for a link."""
    ask(visitor, login, path="/forgotten-password")


def new_account(visitor, login):
    """Ask for an account."""
    ask(visitor, login)


@pytest.mark.parametrize(
    ("press", "hashes"), [(wrong_password, 1), (new_password, 0), (new_account, 0)]
)
def test_a_known_and_an_unknown_name_cost_the_same(visitor, mail, press, hashes, monkeypatch):
    known, unknown = answers_for(visitor, mail, press, monkeypatch)
    assert known[1] == unknown[1] == hashes
    assert known[2] == unknown[2] > 0, "objects written"
    assert abs(known[0] - unknown[0]) <= APART * unknown[0], (known, unknown)
