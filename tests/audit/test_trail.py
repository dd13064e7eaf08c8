"""The audit trail: chained, append-only, together with the transaction it tells of."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
import transaction

from cpms_portal.audit.trail import GENESIS, Entry, Trail, record_with

ENTRY = Entry("2026-11-22T10:00:00.000+00:00", 1, "view", "patient", 5, 5, 3, "127.0.0.1")


@pytest.fixture
def trail(tmp_path):
    opened = Trail(tmp_path / "audit.sqlite")
    yield opened
    opened.close()
    transaction.abort()


def rows(trail):
    return list(trail.all_rows())


def test_an_empty_trail_holds(trail):
    assert trail.head() == (0, GENESIS)
    assert trail.first_broken() is None


def test_entries_are_chained_in_order(trail):
    trail.append([ENTRY, replace(ENTRY, action="edit")])
    trail.append([ENTRY])
    assert [row.entry.action for row in rows(trail)] == ["view", "edit", "view"]
    assert trail.first_broken() is None
    assert trail.head()[0] == 3


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE trail SET who = 2 WHERE number = 2",
        "DELETE FROM trail WHERE number = 2",
        "UPDATE trail SET link = 'x' WHERE number = 2",
    ],
)
def test_a_change_or_removal_is_found(trail, tmp_path, attack):
    trail.append([ENTRY, ENTRY, ENTRY])
    other = sqlite3.connect(tmp_path / "audit.sqlite")
    other.execute(attack)
    other.commit()
    other.close()
    assert trail.first_broken() in {2, 3}


def test_an_entry_of_a_committed_transaction_is_there(trail):
    transaction.begin()
    record_with(trail, ENTRY)
    record_with(trail, ENTRY)
    assert rows(trail) == []
    transaction.commit()
    assert len(rows(trail)) == 2


def test_an_entry_of_an_aborted_transaction_is_not(trail):
    transaction.begin()
    record_with(trail, ENTRY)
    transaction.abort()
    assert rows(trail) == []
    trail.append([ENTRY])
    assert len(rows(trail)) == 1


def test_a_transaction_that_fails_at_its_vote_leaves_no_entry(trail):
    class Failing:
        transaction_manager = transaction.manager

        def sortKey(self):
            return "~~~~last"

        def tpc_vote(self, _transaction):
            raise RuntimeError("no")

        def tpc_begin(self, _transaction): ...
        def commit(self, _transaction): ...
        def tpc_finish(self, _transaction): ...
        def tpc_abort(self, _transaction): ...
        def abort(self, _transaction): ...

    transaction.begin()
    record_with(trail, ENTRY)
    transaction.get().join(Failing())
    with pytest.raises(RuntimeError):
        transaction.commit()
    transaction.abort()
    assert rows(trail) == []
    trail.append([ENTRY])
    assert trail.first_broken() is None


def test_two_processes_write_one_chain(trail, tmp_path):
    other = Trail(tmp_path / "audit.sqlite")
    try:
        for _ in range(5):
            trail.append([ENTRY])
            other.append([ENTRY])
        assert trail.head()[0] == 10
        assert trail.first_broken() is None
    finally:
        other.close()


def test_rows_are_found_by_person_patient_and_institution_newest_first(trail):
    trail.append([ENTRY, replace(ENTRY, who=2, patient=9), replace(ENTRY, institution=4)])
    assert [row.number for row in trail.rows("who", 1, 10)] == [3, 1]
    assert [row.number for row in trail.rows("patient", 9, 10)] == [2]
    assert [row.number for row in trail.rows("institution", 3, 10, before=2)] == [1]
    with pytest.raises(ValueError, match="detail"):
        trail.rows("detail", 1, 10)


def test_what_a_savepoint_takes_back_leaves_no_entry(trail):
    transaction.begin()
    record_with(trail, ENTRY)
    savepoint = transaction.savepoint()
    record_with(trail, replace(ENTRY, action="edit"))
    savepoint.rollback()
    transaction.commit()
    assert [row.entry.action for row in rows(trail)] == ["view"]
