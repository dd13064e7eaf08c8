"""When a session was used last, to some minutes: kept beside the object database (decision 0021).

A page view writes nothing to the object database; a session's owner still wants to see which of
them sleep. So the renewal of a cookie leaves a line in a small file of its own, one a process.
"""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.settings import setting

#: Older lines belong to sessions that are over.
DAYS = 2
#: A use so soon after the one noted last says nothing new.
SECONDS = 60


class LastUses:
    """Session key → the last time its cookie was renewed."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._noted: dict[str, int] = {}
        self._database = sqlite3.connect(path, check_same_thread=False, timeout=0.2)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE IF NOT EXISTS used (id TEXT PRIMARY KEY, at INTEGER)")
        self._database.commit()

    def note(self, key: str, moment: datetime) -> None:
        """Note a use; a file that is busy or full costs a note, never the page."""
        at = int(moment.timestamp())
        with self._lock:
            # Requests that were under way together bring the same old cookie.
            if 0 <= at - self._noted.get(key, 0) < SECONDS:
                return
            self._noted = {one: use for one, use in self._noted.items() if at - use < SECONDS}
            try:
                with self._database:
                    self._database.execute("REPLACE INTO used VALUES (?, ?)", (key, at))
                    old = (at - DAYS * 24 * 3600,)
                    self._database.execute("DELETE FROM used WHERE at < ?", old)
            except sqlite3.OperationalError:
                return
            self._noted[key] = at

    def of(self, keys: list[str]) -> dict[str, datetime]:
        """Return the last uses that are known of some sessions."""
        marks = ",".join("?" * len(keys))
        with self._lock:
            rows = self._database.execute(
                f"SELECT id, at FROM used WHERE id IN ({marks})",  # noqa: S608  # only marks
                keys,
            ).fetchall()
        return {key: datetime.fromtimestamp(at, UTC) for key, at in rows}

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def last_uses(registry: Registry) -> LastUses:
    """Return the file of this portal."""
    kept: LastUses = registry.cpms_last_uses
    return kept


def includeme(config: Configurator) -> None:
    """Open the file."""
    path = Path(setting(config.registry, "cpms.var")) / "last-use.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    config.registry.cpms_last_uses = LastUses(path)
