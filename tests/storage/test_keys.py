"""The key ring keeps keys outside the database and forgets them for good."""

from __future__ import annotations

import secrets
import sqlite3

import pytest
import transaction

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.storage.keys import KeyDestroyedError, KeyRing


@pytest.fixture
def master() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def ring(tmp_path, master):
    transaction.abort()
    opened = KeyRing(tmp_path / "ring.sqlite", master)
    yield opened
    transaction.abort()
    opened.close()


def make(ring, key_id):
    ring.create(key_id)
    transaction.commit()


def test_a_key_is_the_same_each_time_it_is_asked_for(ring):
    make(ring, "a")
    assert ring.key("a") == ring.key("a")
    assert len(ring.key("a")) == 32


def test_two_patients_have_different_keys(ring):
    make(ring, "a")
    make(ring, "b")
    assert ring.key("a") != ring.key("b")


def test_a_key_survives_a_restart(ring, tmp_path, master):
    make(ring, "a")
    again = KeyRing(tmp_path / "ring.sqlite", master)
    try:
        assert again.key("a") == ring.key("a")
    finally:
        again.close()


def test_a_destroyed_key_is_gone_even_where_it_was_cached(ring, tmp_path, master):
    make(ring, "a")
    ring.key("a")
    other = KeyRing(tmp_path / "ring.sqlite", master)
    try:
        other.key("a")
        ring.destroy("a")
        for one in (ring, other):
            with pytest.raises(KeyDestroyedError):
                one.key("a")
            assert not one.exists("a")
    finally:
        other.close()


def test_the_file_holds_neither_the_key_nor_after_destruction_its_wrapping(ring, tmp_path):
    make(ring, "a")
    key = ring.key("a")
    database = sqlite3.connect(tmp_path / "ring.sqlite")
    wrapped = database.execute("SELECT wrapped FROM ring").fetchone()[0]
    database.close()
    assert key not in (tmp_path / "ring.sqlite").read_bytes()
    ring.destroy("a")
    assert wrapped not in (tmp_path / "ring.sqlite").read_bytes()


def test_a_ring_with_another_master_key_is_refused_in_words(ring, tmp_path):
    make(ring, "a")
    other = KeyRing(tmp_path / "ring.sqlite", secrets.token_bytes(32))
    try:
        with pytest.raises(ConfigurationRefusedError, match="master key"):
            other.key("a")
    finally:
        other.close()


def test_an_id_is_given_once(ring):
    make(ring, "a")
    with pytest.raises(ValueError, match="taken"):
        ring.create("a")


def test_a_key_can_be_used_before_its_transaction_is_kept_and_is_the_same_after(ring):
    ring.create("a")
    before = ring.key("a")
    transaction.savepoint()
    transaction.commit()
    assert ring.key("a") == before


def test_a_key_of_a_transaction_given_up_is_gone(ring):
    ring.create("a")
    transaction.abort()
    assert not ring.exists("a")
    with pytest.raises(KeyDestroyedError):
        ring.key("a")


def test_a_key_is_on_the_disk_before_anything_it_seals(ring, tmp_path, master):
    seen = []

    class Storage:
        transaction_manager = transaction.manager

        def sortKey(self):
            return "1"

        def tpc_vote(self, _transaction):
            other = KeyRing(tmp_path / "ring.sqlite", master)
            seen.append(other.exists("a"))
            other.close()

        def tpc_begin(self, _transaction): ...
        def commit(self, _transaction): ...
        def tpc_finish(self, _transaction): ...
        def tpc_abort(self, _transaction): ...

    ring.create("a")
    transaction.get().join(Storage())
    transaction.commit()
    assert seen == [True]
