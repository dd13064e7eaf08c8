"""The store of terms: one SQLite file with a full-text index, never changed, only replaced.

Names lie in the index shortest first, so the best answers come first and reading can stop early.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cpms_portal.terminology.interfaces import Loaded, Release, Term

Rows = Generator[sqlite3.Row, None, None]

SCHEMA = """
CREATE TABLE release (
    id INTEGER PRIMARY KEY, system TEXT, version TEXT, current INTEGER, UNIQUE (system, version)
);
CREATE TABLE term (
    id INTEGER PRIMARY KEY, release INTEGER, code TEXT, display TEXT, retired INTEGER,
    UNIQUE (release, code)
);
CREATE TABLE name (
    id INTEGER PRIMARY KEY, term INTEGER, language TEXT, preferred INTEGER, system TEXT, name TEXT
);
CREATE INDEX name_term ON name (term);
CREATE VIRTUAL TABLE name_index USING fts5 (
    system, name, content = 'name', content_rowid = 'id', columnsize = 0,
    tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3 4'
);
"""


class TermStore:
    """Reads the file at a path; a file put in its place is seen at the next question."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._filling = threading.Lock()

    def exists(self) -> bool:
        """Say whether there is a file."""
        return self.path.exists()

    def read(self, question: str, values: Iterable[object] = ()) -> list[sqlite3.Row]:
        """Return the rows of a question."""
        return list(self.stream(question, values))

    def stream(self, question: str, values: Iterable[object] = ()) -> Rows:
        """Yield the rows of a question; who has enough stops reading."""
        with closing(self._connection().execute(question, tuple(values))) as cursor:
            yield from cursor

    def _connection(self) -> sqlite3.Connection:
        state = os.stat(self.path)
        identity = (state.st_ino, state.st_mtime_ns)
        if getattr(self._local, "identity", None) != identity:
            self.close()
            # Nobody changes the file in place: no locks are needed.
            opened = sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
            opened.row_factory = sqlite3.Row
            self._local.connection, self._local.identity = opened, identity
        connection: sqlite3.Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Close what this thread has open."""
        opened = self._local.__dict__.pop("connection", None)
        self._local.__dict__.pop("identity", None)
        if opened is not None:
            opened.close()

    def loaded(self) -> list[Loaded]:
        """Return what is loaded, by system, the current version first."""
        rows = self.read(
            "SELECT system, version, current, (SELECT count(*) FROM term WHERE release = r.id) n"
            " FROM release r ORDER BY system, current DESC, version DESC"
        )
        return [Loaded(r["system"], r["version"], r["n"], bool(r["current"])) for r in rows]

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Let one thread of one process fill the store."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._filling, self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def fill(self, releases: Iterable[Release]) -> None:
        """Put new versions beside the older ones: a new file is made, then takes the place.

        A version that is there already is replaced. What is given becomes current.
        """
        kept = {(r.system, r.version): (r, False) for r in self._kept()} if self.exists() else {}
        current = (
            {line.system: line.version for line in self.loaded() if line.current} if kept else {}
        )
        for release in releases:
            kept[release.system, release.version] = (release, True)
            current[release.system] = release.version
        new = self.path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with closing(sqlite3.connect(new, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.executescript(SCHEMA)
            database.execute("BEGIN")
            for release, _fresh in kept.values():
                _write(database, release, current[release.system] == release.version)
            _index(database)
            database.execute("COMMIT")
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(self.path)

    def _kept(self) -> Iterator[Release]:
        for row in self.read("SELECT id, system, version FROM release"):
            terms = tuple(self._terms(row["id"]))
            yield Release(row["system"], row["version"], terms)

    def _terms(self, release: int) -> Iterator[Term]:
        names: dict[int, dict[str, list[str]]] = {}
        question = (
            "SELECT n.term, n.language, n.name FROM name n JOIN term t ON t.id = n.term"
            " WHERE t.release = ? ORDER BY n.preferred DESC, n.id"
        )
        for row in self.read(question, (release,)):
            by_language = names.setdefault(row["term"], {})
            by_language.setdefault(row["language"], []).append(row["name"])
        for row in self.read("SELECT * FROM term WHERE release = ?", (release,)):
            found = {language: tuple(said) for language, said in names[row["id"]].items()}
            yield Term(row["code"], found, bool(row["retired"]))


def _write(database: sqlite3.Connection, release: Release, current: bool) -> None:
    made = database.execute(
        "INSERT INTO release (system, version, current) VALUES (?, ?, ?)",
        (release.system, release.version, current),
    )
    insert = "INSERT INTO term (release, code, display, retired) VALUES (?, ?, ?, ?)"
    for term in release.terms:
        values = (made.lastrowid, term.code, term.display, term.retired)
        oid = database.execute(insert, values).lastrowid
        database.executemany(
            "INSERT INTO name (term, language, preferred, system, name) VALUES (?, ?, ?, ?, ?)",
            (
                (oid, language, at == 0, release.system, name)
                for language, names in term.names.items()
                for at, name in enumerate(names)
            ),
        )


def _index(database: sqlite3.Connection) -> None:
    """Number the names by length, preferred before synonyms, and index those in use."""
    database.execute(
        "CREATE TEMP TABLE ordered AS SELECT term, language, preferred, system, name FROM name"
        " ORDER BY length(name) - preferred, name"
    )
    database.execute("DELETE FROM name")
    database.execute(
        "INSERT INTO name (term, language, preferred, system, name) SELECT * FROM ordered"
        " ORDER BY rowid"
    )
    database.execute("DROP TABLE ordered")
    database.execute(
        "INSERT INTO name_index (rowid, system, name) SELECT n.id, 'sys' || n.system, n.name"
        " FROM name n JOIN term t ON t.id = n.term JOIN release r ON r.id = t.release"
        " WHERE r.current AND NOT t.retired ORDER BY n.id"
    )
    database.execute("INSERT INTO name_index (name_index) VALUES ('optimize')")
