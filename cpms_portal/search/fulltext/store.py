"""The index itself: one SQLite file with FTS5, filled from readings, asked by many threads.

Stems are made here in Python, so the table of words has no text of its own (``content=''``);
``body`` keeps the text, its stems one by one and the place of each, which is what highlights
are made from. ``unsettled`` holds what a transaction under way is about to change. ``turn`` is
another number after every change of what can be found.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from cpms_portal.search.fulltext.registration import Passage, Reading
from cpms_portal.search.fulltext.stems import (
    WORD,
    composed,
    row_of_stems,
    stem_of,
    stems_and_places,
)

#: Raised when what the file holds changes; another number makes the index be built anew.
FORMAT = 5
#: So many characters of one passage are read; more is the text of a book.
MOST_TEXT = 1_000_000
ALWAYS, NEVER_ENDS = 0.0, 1e12
SCHEMA = """
CREATE TABLE IF NOT EXISTS place (
  id INTEGER PRIMARY KEY AUTOINCREMENT, oid INTEGER, anchor TEXT, kind TEXT, language TEXT,
  network INTEGER, audience INTEGER, insiders INTEGER, since REAL, until REAL,
  changed REAL, title TEXT);
CREATE INDEX IF NOT EXISTS place_oid ON place (oid);
CREATE TABLE IF NOT EXISTS tag (place INTEGER, tag TEXT, PRIMARY KEY (place, tag)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS body (
  id INTEGER PRIMARY KEY, text TEXT, names TEXT, title TEXT, tags TEXT, stems TEXT, also TEXT,
  starts BLOB, further TEXT, further_starts BLOB);
CREATE TABLE IF NOT EXISTS audience (id INTEGER PRIMARY KEY, principals TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS member (principal TEXT, audience INTEGER,
  PRIMARY KEY (principal, audience)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unsettled (oid INTEGER, token TEXT, at REAL, PRIMARY KEY (oid, token));
CREATE TABLE IF NOT EXISTS file (digest TEXT PRIMARY KEY, words TEXT);
CREATE TABLE IF NOT EXISTS state (whole INTEGER);
CREATE TABLE IF NOT EXISTS born (epoch TEXT);
INSERT INTO born SELECT hex(randomblob(8)) WHERE NOT EXISTS (SELECT 1 FROM born);
CREATE TABLE IF NOT EXISTS turn (number INTEGER);
INSERT INTO turn SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM turn);
CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5 (
  names, title, tags, stems, also, content = '',
  tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE IF NOT EXISTS named USING fts5 (
  names, content = '', prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 0");
"""
#: What is done with the words of a place: kept, put among those found, taken out from there.
KEPT = "SELECT names, title, tags, stems, also FROM body WHERE id = ?"
KEEP = (
    "INSERT INTO body (id, text, names, title, tags, stems, also, starts, further, further_starts)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PUT_IN = "INSERT INTO found (rowid, names, title, tags, stems, also) VALUES (?, ?, ?, ?, ?, ?)"
TAKE_OUT = (
    "INSERT INTO found (found, rowid, names, title, tags, stems, also)"
    " VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)
NAME_IN = "INSERT INTO named (rowid, names) VALUES (?, ?)"
NAME_OUT = "INSERT INTO named (named, rowid, names) VALUES ('delete', ?, ?)"
PLACE = (
    "INSERT INTO place (oid, anchor, kind, language, network, audience, insiders, since, until,"
    " changed, title) VALUES (:oid, :anchor, :kind, :language, :network, :audience, :insiders,"
    " :since, :until, :changed, :title)"
)
FORGET = (
    "DELETE FROM place WHERE id = ?",
    "DELETE FROM body WHERE id = ?",
    "DELETE FROM tag WHERE place = ?",
)


class TextStore:
    """The file at a path: one writer at a time, a reading connection for each thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = self._connect()
        if self._database.execute("PRAGMA user_version").fetchone()[0] not in (0, FORMAT):
            self._forget_everything()
            self._database.execute("DROP TABLE IF EXISTS file")
        self._database.executescript(SCHEMA + f"PRAGMA user_version = {FORMAT};")
        path.chmod(0o600)

    def _connect(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("PRAGMA synchronous = NORMAL")
        made.execute("PRAGMA busy_timeout = 20000")
        made.execute("PRAGMA cache_size = -16000")
        with self._lock:
            self._opened.append(made)
        return made

    def _forget_everything(self) -> None:
        for table in (
            "place",
            "tag",
            "body",
            "audience",
            "member",
            "unsettled",
            "state",
            "born",
            "turn",
            "found",
            "named",
        ):
            self._database.execute(f"DROP TABLE IF EXISTS {table}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change the file: all of it or nothing; within another change it is part of that."""
        with self._lock:
            if self._database.in_transaction:
                yield self._database
                return
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def read(
        self, question: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a question, as committed last."""
        with closing(self._reader().execute(question, values)) as cursor:
            return cursor.fetchall()

    def read_each(self, question: str, values: Iterable[object]) -> list[tuple[Any, ...]]:
        """Return the row of a question about each of some values, in their order."""
        with closing(self._reader().cursor()) as cursor:
            return [cursor.execute(question, (one,)).fetchone() for one in values]

    def _reader(self) -> sqlite3.Connection:
        """Return the connection this thread reads with."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let everything this thread reads be of one moment."""
        connection = self._reader()
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def writes(self) -> tuple[int, int]:
        """Return something that is different after every change, by whichever process."""
        with self._lock:
            found = self._database.execute("PRAGMA data_version").fetchone()
            return int(found[0]), self._database.total_changes

    def known(self, oids: Iterable[int]) -> list[int]:
        """Return those of some oids that are in the index."""
        question = "SELECT oid FROM place WHERE oid IN (SELECT value FROM json_each(?))"
        return [row[0] for row in self.read(question, (json.dumps(list(oids)),))]

    def mark(self, oids: Iterable[int], token: str, at: float) -> None:
        """Note that a transaction is about to change some resources."""
        with self.writing() as database:
            database.executemany(
                "INSERT OR REPLACE INTO unsettled VALUES (?, ?, ?)",
                [(oid, token, at) for oid in oids],
            )

    def settle(self, token: str) -> None:
        """Take the notes of a transaction back."""
        with self.writing() as database:
            database.execute("DELETE FROM unsettled WHERE token = ?", (token,))

    def unsettled(self, before: float) -> list[tuple[int, str]]:
        """Return what was noted before a moment and never settled: a process died."""
        return self.read("SELECT oid, token FROM unsettled WHERE at < ?", (before,))

    @property
    def is_whole(self) -> bool:
        """Whether everything there is was read into this file once."""
        return bool(self.read("SELECT whole FROM state"))

    def be_whole(self) -> None:
        """Note that everything was read."""
        with self.writing() as database:
            database.execute("DELETE FROM state")
            database.execute("INSERT INTO state VALUES (1)")

    def empty(self) -> None:
        """Forget everything but the words of files, which are the same for the same content."""
        with self.writing() as database:
            self._forget_everything()
            database.execute("DELETE FROM file WHERE words = ''")
            for statement in SCHEMA.split(";\n"):
                database.execute(statement)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()


def put(
    database: sqlite3.Connection, oid: int, reading: Reading | None, viewers: Iterable[str]
) -> None:
    """Replace all that is kept of a resource; None takes it out."""
    database.execute("UPDATE turn SET number = number + 1")
    for (number,) in database.execute("SELECT id FROM place WHERE oid = ?", (oid,)).fetchall():
        _take_out(database, number)
    if reading is None:
        return
    about = _about(database, oid, reading, viewers)
    for passage in reading.passages:
        made = database.execute(PLACE, {**about, "anchor": passage.anchor,
            "language": passage.language, "title": passage.title})  # fmt: skip
        number = int(made.lastrowid or 0)
        database.executemany(
            "INSERT OR IGNORE INTO tag VALUES (?, ?)", [(number, tag) for tag in reading.tags]
        )
        _put_words(database, number, passage, reading.tags)


def _about(
    database: sqlite3.Connection, oid: int, reading: Reading, viewers: Iterable[str]
) -> dict[str, Any]:
    """Return what all passages of a resource have in common."""
    return {
        "oid": oid,
        "kind": reading.kind,
        "network": reading.network,
        "audience": _audience(database, viewers),
        "insiders": _audience(database, reading.insiders),
        "since": ALWAYS if reading.since is None else reading.since.timestamp(),
        "until": NEVER_ENDS if reading.until is None else reading.until.timestamp(),
        "changed": 0.0 if reading.changed is None else reading.changed.timestamp(),
    }


def _take_out(database: sqlite3.Connection, number: int) -> None:
    kept = database.execute(KEPT, (number,)).fetchone()
    database.execute(TAKE_OUT, (number, *kept))
    database.execute(NAME_OUT, (number, kept[0]))
    for statement in FORGET:
        database.execute(statement, (number,))


def _audience(database: sqlite3.Connection, principals: Iterable[str]) -> int:
    """Return the number of a set of principals; most texts share the same few."""
    members = sorted(set(principals))
    said = json.dumps(members)
    found = database.execute("SELECT id FROM audience WHERE principals = ?", (said,)).fetchone()
    if found is not None:
        return int(found[0])
    made = database.execute("INSERT INTO audience (principals) VALUES (?)", (said,))
    number = int(made.lastrowid or 0)
    database.executemany("INSERT INTO member VALUES (?, ?)", [(one, number) for one in members])
    return number


def _put_words(
    database: sqlite3.Connection, number: int, passage: Passage, tags: Iterable[str]
) -> None:
    text = composed(passage.text)[:MOST_TEXT]
    said, starts = stems_and_places(text, passage.language)
    further = composed(passage.also)[:MOST_TEXT]
    also, further_starts = stems_and_places(further, passage.language)
    title = composed(passage.title)
    words = (
        " ".join(stem_of(word, "") for word in WORD.findall(title)),
        row_of_stems(title, passage.language),
        row_of_stems(" ".join(tags), passage.language),
        said,
        also,
    )
    own, others = (array("I", one).tobytes() for one in (starts, further_starts))
    database.execute(KEEP, (number, text, *words, own, further, others))
    database.execute(PUT_IN, (number, *words))
    database.execute(NAME_IN, (number, words[0]))
