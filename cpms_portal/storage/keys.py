"""The key ring: one data key per patient, wrapped by the master key, outside the object database.

Destroying a key makes everything sealed with it unreadable, in every backup of
the object database too. SQLite's secure deletion overwrites the row; backups of
the ring itself are kept at most 30 days.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.errors import ConfigurationRefusedError, CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting

NONCE = 12
CACHED = 4096


class KeyDestroyedError(CPMSError):
    """The key is gone: what it sealed can never be read again."""

    def __init__(self) -> None:
        super().__init__(_("This content was erased and cannot be read any more."))


class KeyRing:
    """Data keys by id; thread-safe; each change is durable before it returns."""

    def __init__(self, path: Path, master: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._master = AESGCM(master)
        self._lock = threading.Lock()
        self._open: dict[str, bytes] = {}
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("PRAGMA busy_timeout = 10000")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS ring (id TEXT PRIMARY KEY, wrapped BLOB)"
        )
        path.chmod(0o600)

    def create(self, key_id: str) -> None:
        """Make a data key; sqlite3.IntegrityError when the id is taken."""
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(NONCE)
        wrapped = nonce + self._master.encrypt(nonce, key, key_id.encode())
        with self._lock:
            self._database.execute("INSERT INTO ring VALUES (?, ?)", (key_id, wrapped))

    def key(self, key_id: str) -> bytes:
        """Return a data key (32 bytes); KeyDestroyedError when there is none."""
        with self._lock:
            row = self._database.execute(
                "SELECT wrapped FROM ring WHERE id = ?", (key_id,)
            ).fetchone()
            if row is None:
                self._open.pop(key_id, None)
                raise KeyDestroyedError
            if key_id in self._open:
                return self._open[key_id]
            if len(self._open) >= CACHED:
                self._open.clear()
            self._open[key_id] = self._unwrap(key_id, row[0])
            return self._open[key_id]

    def _unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], key_id.encode())
        except InvalidTag as error:
            raise ConfigurationRefusedError(
                "the master key does not fit the key ring: was the key file replaced?"
            ) from error

    def exists(self, key_id: str) -> bool:
        """Say whether a data key is there."""
        with self._lock:
            found = self._database.execute("SELECT 1 FROM ring WHERE id = ?", (key_id,)).fetchone()
        return found is not None

    def destroy(self, key_id: str) -> None:
        """Destroy a data key for good."""
        with self._lock:
            self._open.pop(key_id, None)
            self._database.execute("DELETE FROM ring WHERE id = ?", (key_id,))
            self._database.execute("VACUUM")

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def keyring(registry: Registry) -> KeyRing:
    """Return the key ring of this portal."""
    return registry.cpms_keyring


def _master_key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_bytes(32).hex())
    return bytes.fromhex(path.read_text().strip())


def includeme(config: Configurator) -> None:
    """Open the ring; the master key is made at the first start of a new portal only."""
    registry = config.registry
    var = Path(setting(registry, "cpms.var"))
    ring = Path(setting(registry, "cpms.keys.ring") or var / "keyring.sqlite")
    master = Path(setting(registry, "cpms.keys.master_file") or var / "master.key")
    if ring.exists() and not master.exists():
        raise ConfigurationRefusedError(f"the key ring is there, but not its master key {master}")
    registry.cpms_keyring = KeyRing(ring, _master_key(master))
