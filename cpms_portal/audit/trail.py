"""The trail itself: rows in SQLite, each holding the hash of the one before.

A changed or removed row breaks the chain; a cut tail does not, so the head is
to be sent elsewhere regularly (``head``). Rows of a transaction are written when
the object database votes and kept when it finishes: no change without its row.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import transaction
from pyramid.config import Configurator
from pyramid.registry import Registry
from zope.interface import implementer

from cpms_portal.core.settings import setting

GENESIS = "0" * 64
TABLE = """
CREATE TABLE IF NOT EXISTS trail (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, who INTEGER NOT NULL, action TEXT NOT NULL,
  noun TEXT NOT NULL, node INTEGER NOT NULL, patient INTEGER NOT NULL,
  institution INTEGER NOT NULL, source TEXT NOT NULL, detail TEXT NOT NULL, link TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS trail_institution ON trail (institution, number);
CREATE INDEX IF NOT EXISTS trail_patient ON trail (patient, number);
CREATE INDEX IF NOT EXISTS trail_who ON trail (who, number);
"""
#: The questions that may be asked of the trail, each a whole statement.
ROWS_BY = {
    "who": "SELECT * FROM trail WHERE who = ?"
    " AND number < ? AND noun LIKE ? ORDER BY number DESC LIMIT ?",
    "patient": "SELECT * FROM trail WHERE patient = ?"
    " AND number < ? AND noun LIKE ? ORDER BY number DESC LIMIT ?",
    "institution": "SELECT * FROM trail WHERE institution = ?"
    " AND number < ? AND noun LIKE ? ORDER BY number DESC LIMIT ?",
}


@dataclass(frozen=True)
class Entry:
    """One row: when, who (oid), what, on what (oids), from where. Never clinical text."""

    at: str
    who: int
    action: str
    noun: str
    node: int
    patient: int
    institution: int
    source: str
    detail: str = ""


def acted_for(entry: Entry) -> int:
    """Return the oid of the clinician an assistant acted for, 0 for everybody else."""
    detail = json.loads(entry.detail) if entry.detail else {}
    return int(detail.get("for", 0)) if isinstance(detail, dict) else 0


@dataclass(frozen=True)
class Row:
    """An entry as it stands in the trail, with its number and link."""

    number: int
    entry: Entry
    link: str


def link_of(before: str, entry: Entry) -> str:
    """Return the hash that chains an entry to the one before (SHA-256, hex)."""
    text = json.dumps([before, *astuple(entry)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Trail:
    """The append-only file; one writer at a time, across processes too."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA busy_timeout = 20000")
        self._database.executescript(TABLE)
        path.chmod(0o600)

    def begin(self, entries: Iterable[Entry]) -> None:
        """Write entries without keeping them yet; ``keep`` or ``drop`` must follow."""
        self._lock.acquire()
        try:
            self._database.execute("BEGIN IMMEDIATE")
            link = self.head()[1]
            for entry in entries:
                link = link_of(link, entry)
                self._database.execute(
                    "INSERT INTO trail (at, who, action, noun, node, patient, institution, source,"
                    " detail, link) VALUES (?,?,?,?,?,?,?,?,?,?)",
                    (*astuple(entry), link),
                )
        except BaseException:
            self.drop()
            raise

    def keep(self) -> None:
        """Keep what ``begin`` wrote."""
        try:
            self._database.execute("COMMIT")
        finally:
            self._lock.release()

    def drop(self) -> None:
        """Forget what ``begin`` wrote."""
        try:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
        finally:
            self._lock.release()

    def append(self, entries: Iterable[Entry]) -> None:
        """Write entries and keep them."""
        self.begin(entries)
        self.keep()

    def head(self) -> tuple[int, str]:
        """Return number and link of the last row."""
        with self._lock:
            row = self._database.execute(
                "SELECT number, link FROM trail ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return (0, GENESIS) if row is None else (row[0], row[1])

    def rows(
        self, where: str, value: int, limit: int, *, before: int | None = None, noun: str = "%"
    ) -> list[Row]:
        """Return rows, newest first, where a column (who, patient, institution) has a value.

        noun: only rows about this kind of resource.
        """
        if where not in ROWS_BY:
            raise ValueError(where)
        ceiling = 2**62 if before is None else before
        with self._lock:
            found = self._database.execute(
                ROWS_BY[where],
                (value, ceiling, noun, limit),
            ).fetchall()
        return [_row(values) for values in found]

    def all_rows(self) -> Iterator[Row]:
        """Yield every row, oldest first."""
        number = 0
        while True:
            with self._lock:
                found = self._database.execute(
                    "SELECT * FROM trail WHERE number > ? ORDER BY number LIMIT 1000", (number,)
                ).fetchall()
            if not found:
                return
            yield from map(_row, found)
            number = found[-1][0]

    def first_broken(self) -> int | None:
        """Return the number of the first row that does not follow from the one before, or None."""
        link, number = GENESIS, 0
        for row in self.all_rows():
            if row.number != number + 1 or row.link != link_of(link, row.entry):
                return row.number
            link, number = row.link, row.number
        return None

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _row(values: tuple[Any, ...]) -> Row:
    return Row(values[0], Entry(*values[1:10]), values[10])


@implementer(transaction.interfaces.ISavepointDataManager)
class _Pending:
    """Entries of one transaction: written at the vote, kept at the finish."""

    def __init__(self, trail: Trail, manager: Any) -> None:
        self.trail = trail
        self.transaction_manager = manager
        self.entries: list[Entry] = []
        self.written = False

    def sortKey(self) -> str:
        """Come last, when everybody else has voted."""
        return "~~~cpms-audit"

    def tpc_begin(self, _transaction: Any) -> None:
        """Nothing to prepare."""

    def commit(self, _transaction: Any) -> None:
        """Nothing before the vote."""

    def tpc_vote(self, _transaction: Any) -> None:
        """Write the rows."""
        self.trail.begin(self.entries)
        self.written = True

    def tpc_finish(self, _transaction: Any) -> None:
        """Keep the rows."""
        self.written = False
        self.trail.keep()

    def tpc_abort(self, _transaction: Any) -> None:
        """Forget the rows."""
        if self.written:
            self.written = False
            self.trail.drop()

    abort = tpc_abort

    def savepoint(self) -> Any:
        """Return a savepoint: rolling back forgets what was entered since."""
        return _Entered(self)


@implementer(transaction.interfaces.IDataManagerSavepoint)
class _Entered:
    """How many entries there were at a savepoint."""

    def __init__(self, pending: _Pending) -> None:
        self.pending = pending
        self.number = len(pending.entries)

    def rollback(self) -> None:
        """Forget the entries made since."""
        del self.pending.entries[self.number :]


def record_with(trail: Trail, entry: Entry) -> None:
    """Record an entry together with the transaction under way."""
    current = transaction.get()
    for held in current._resources:
        if isinstance(held, _Pending) and held.trail is trail:
            held.entries.append(entry)
            return
    pending = _Pending(trail, transaction.manager)
    pending.entries.append(entry)
    current.join(pending)


def trail_of(registry: Registry) -> Trail:
    """Return the trail of this portal."""
    return registry.cpms_trail


def includeme(config: Configurator) -> None:
    """Open the trail."""
    registry = config.registry
    path = (
        setting(registry, "cpms.audit.path") or Path(setting(registry, "cpms.var")) / "audit.sqlite"
    )
    registry.cpms_trail = Trail(Path(path))
