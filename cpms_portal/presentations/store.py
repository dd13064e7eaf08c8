"""Presentations in SQLite beside the audit trail: several processes of a host share them."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.settings import setting
from cpms_portal.presentations.interfaces import (
    LEADER_GONE,
    LOOKER_GONE,
    IPresentations,
    Presentation,
)

TABLES = """
CREATE TABLE IF NOT EXISTS presentation (
  panel INTEGER PRIMARY KEY, number INTEGER NOT NULL, leader INTEGER NOT NULL,
  state TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS looker (
  panel INTEGER NOT NULL, person INTEGER NOT NULL, following INTEGER NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (panel, person));
"""


class Presentations:
    """The store; what is older than a few seconds is as good as gone."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        # Nothing here must outlive a crash.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.execute("PRAGMA busy_timeout = 5000")
        self._database.executescript(TABLES)
        path.chmod(0o600)

    def find(self, panel: int, at: float) -> Presentation:
        """Return what is shared in a panel."""
        with self._lock:
            row = self._database.execute(
                "SELECT number, leader, state, at FROM presentation WHERE panel = ?", (panel,)
            ).fetchone()
            people = self._database.execute(
                "SELECT person, following FROM looker WHERE panel = ? AND at > ? ORDER BY person",
                (panel, at - LOOKER_GONE),
            ).fetchall()
        lookers = {person: bool(following) for person, following in people}
        if row is None or row[3] < at - LEADER_GONE:
            return Presentation(0 if row is None else row[0], lookers=lookers)
        return Presentation(row[0], row[1], json.loads(row[2]), lookers)

    def lead(self, panel: int, person: int, at: float) -> None:
        """Let a person lead, instead of whoever did."""
        self._write(panel, person, {}, at)

    def show(self, panel: int, person: int, state: dict[str, Any], at: float) -> bool:
        """Share what the leader sees; False when this person does not lead."""
        with self._lock:
            if self.find(panel, at).leader != person:
                return False
            self._write(panel, person, state, at)
        return True

    def let_go(self, panel: int, person: int, at: float) -> None:
        """Stop leading, if this person does."""
        with self._lock:
            if self.find(panel, at).leader == person:
                self._write(panel, 0, {}, at)

    def look(self, panel: int, person: int, at: float, *, following: bool) -> None:
        """Say that a person looks, and whether they follow."""
        with self._lock:
            self._database.execute(
                "INSERT INTO looker VALUES (?, ?, ?, ?) ON CONFLICT (panel, person)"
                " DO UPDATE SET following = excluded.following, at = excluded.at",
                (panel, person, int(following), at),
            )
            self._database.execute(
                "UPDATE presentation SET at = ? WHERE panel = ? AND leader = ? AND at > ?",
                (at, panel, person, at - LEADER_GONE),
            )
            self._forget(at)

    def _write(self, panel: int, leader: int, state: dict[str, Any], at: float) -> None:
        with self._lock:
            self._database.execute(
                "INSERT INTO presentation VALUES (?, 1, ?, ?, ?) ON CONFLICT (panel) DO UPDATE"
                " SET number = number + 1, leader = excluded.leader, state = excluded.state,"
                " at = excluded.at",
                (panel, leader, json.dumps(state), at),
            )

    def _forget(self, at: float) -> None:
        """Remove what is over: nothing of a presentation stays."""
        self._database.execute("DELETE FROM looker WHERE at < ?", (at - 10 * LOOKER_GONE,))
        self._database.execute(
            "UPDATE presentation SET state = '{}', leader = 0 WHERE at < ? AND state != '{}'",
            (at - LEADER_GONE,),
        )

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def presentations(registry: Registry) -> IPresentations:
    """Return the store of this portal."""
    return registry.cpms_presentations


def includeme(config: Configurator) -> None:
    """Open the store."""
    path = Path(setting(config.registry, "cpms.var")) / "presentations.sqlite"
    config.registry.cpms_presentations = Presentations(path)
