"""The key ring: one data key per patient, wrapped by the master key, outside the object database.

Destroying a key makes everything sealed with it unreadable, in every backup of
the object database too. SQLite's secure deletion overwrites the row; backups of
the ring itself are kept at most 30 days.

A new key is kept when the transaction that made it votes: never later than what
it seals, and not at all when that transaction is given up.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from pathlib import Path
from typing import Any

import transaction
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.config import Configurator
from pyramid.registry import Registry
from zope.interface import implementer

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
    """Data keys by id, for all threads."""

    def __init__(self, path: Path, master: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._master = AESGCM(master)
        self._lock = threading.Lock()
        self._open: dict[str, bytes] = {}
        self._new: dict[str, bytes] = {}
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA secure_delete = ON")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("PRAGMA busy_timeout = 10000")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS ring (id TEXT PRIMARY KEY, wrapped BLOB)"
        )
        path.chmod(0o600)

    def create(self, key_id: str) -> None:
        """Make a data key within the transaction under way; ValueError when the id is taken."""
        if self.exists(key_id):
            raise ValueError("key id taken")
        with self._lock:
            self._new[key_id] = secrets.token_bytes(32)
        current = transaction.get()
        for joined in current._resources:
            if isinstance(joined, _NewKeys) and joined.ring is self:
                joined.key_ids.append(key_id)
                return
        current.join(_NewKeys(self, key_id))

    def _wrap(self, key_id: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._master.encrypt(nonce, self._new[key_id], key_id.encode())

    def keep_new(self, key_ids: list[str]) -> None:
        """Write new keys to the disk."""
        with self._lock:
            rows = [(key_id, self._wrap(key_id)) for key_id in key_ids]
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT INTO ring VALUES (?, ?)", rows)
            self._database.execute("COMMIT")

    def forget_new(self, key_ids: list[str]) -> None:
        """Forget new keys in memory: they are on the disk, or nothing was sealed with them."""
        with self._lock:
            for key_id in key_ids:
                self._new.pop(key_id, None)

    def key(self, key_id: str) -> bytes:
        """Return a data key (32 bytes); KeyDestroyedError when there is none."""
        with self._lock:
            if key_id in self._new:
                return self._new[key_id]
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
            return found is not None or key_id in self._new

    def destroy(self, key_id: str) -> None:
        """Destroy a data key for good."""
        with self._lock:
            self._open.pop(key_id, None)
            self._database.execute("DELETE FROM ring WHERE id = ?", (key_id,))
            self._database.execute("VACUUM")

    def close(self) -> None:
        """Close the file."""
        self._database.close()


@implementer(transaction.interfaces.ISavepointDataManager)
class _NewKeys:
    """The keys one transaction makes: written at its vote, before anything sealed is kept."""

    def __init__(self, ring: KeyRing, key_id: str) -> None:
        self.ring = ring
        self.key_ids = [key_id]
        self.transaction_manager = transaction.manager

    def sortKey(self) -> str:
        """Come first: the key is on the disk before what it seals."""
        return "!cpms-keys"

    def tpc_begin(self, _transaction: Any) -> None:
        """Nothing to prepare."""

    def commit(self, _transaction: Any) -> None:
        """Nothing before the vote."""

    def tpc_vote(self, _transaction: Any) -> None:
        """Write the keys."""
        self.ring.keep_new(self.key_ids)

    def tpc_finish(self, _transaction: Any) -> None:
        """They are read from the disk from now on."""
        self.ring.forget_new(self.key_ids)

    def tpc_abort(self, _transaction: Any) -> None:
        """Forget them; one already written opens nothing, because nothing sealed was kept."""
        self.ring.forget_new(self.key_ids)

    abort = tpc_abort

    def savepoint(self) -> Any:
        """Return a savepoint: rolling back leaves an unused key, which harms nobody."""
        return _NothingToUndo()


@implementer(transaction.interfaces.IDataManagerSavepoint)
class _NothingToUndo:
    """A savepoint of keys."""

    def rollback(self) -> None:
        """Leave the keys."""


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
