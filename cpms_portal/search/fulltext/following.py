"""The index follows the object database: what is committed is found, what is given up never is.

What a transaction touches is read once, just before it commits. At the vote it is noted as
unsettled, at the finish it is written and the note taken away; a process that dies in between
leaves the note, and the next start reads those resources again.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import transaction
from pyramid.config import Configurator
from pyramid.registry import Registry
from substanced.event import (
    subscribe_acl_modified,
    subscribe_added,
    subscribe_modified,
    subscribe_removed,
)
from substanced.util import find_objectmap, get_oid, postorder
from zope.interface import implementer

from cpms_portal.core.clock import now
from cpms_portal.core.ids import random_id
from cpms_portal.core.settings import setting
from cpms_portal.search.fulltext.columns import KeptColumns
from cpms_portal.search.fulltext.files import words_of_file
from cpms_portal.search.fulltext.registration import (
    Passage,
    Reading,
    reader_of,
    reading_of,
    viewers_of,
)
from cpms_portal.search.fulltext.store import TextStore, put

LOG = logging.getLogger(__name__)
#: oid → how it reads and who may view it; None: it is not to be found any more
Read = dict[int, tuple[Reading, list[str]] | None]


def store_of(registry: Registry) -> TextStore:
    """Return the index of this portal."""
    return registry.cpms_fulltext


def read_resource(resource: Any, registry: Registry) -> tuple[Reading, list[str]] | None:
    """Return how a resource reads now and who may view it, None when nobody is to find it."""
    reading = None if resource is None else reading_of(resource, registry)
    if reading is None:
        return None
    passages = tuple(_with_words(one, registry) for one in reading.passages)
    return replace(reading, passages=passages), viewers_of(resource, reading)


def _with_words(passage: Passage, registry: Registry) -> Passage:
    """Return a passage with the words of its file."""
    if passage.file is None:
        return passage
    words = words_of_file(passage.file, store_of(registry))
    return replace(passage, also=f"{passage.also} {words}".strip())


@implementer(transaction.interfaces.ISavepointDataManager)
class _Pending:
    """What one transaction touched. Read at its end, so that savepoints need no care."""

    def __init__(self, registry: Registry, objectmap: Any) -> None:
        self.registry = registry
        self.objectmap = objectmap
        self.transaction_manager = transaction.manager
        self.oids: set[int] = set()
        self.found: Read = {}
        self.token = ""

    def read(self) -> None:
        """Read what was touched as it stands now."""
        for oid in sorted(self.oids):
            self.found[oid] = read_resource(self.objectmap.object_for(oid), self.registry)

    def sortKey(self) -> str:
        """Come last, when everybody else has voted."""
        return "~~~cpms-fulltext"

    def tpc_begin(self, _transaction: Any) -> None:
        """Nothing to prepare."""

    def commit(self, _transaction: Any) -> None:
        """Nothing before the vote."""

    def tpc_vote(self, _transaction: Any) -> None:
        """Note what is about to change."""
        if self.found:
            self.token = random_id(16)
            at = now(self.registry).timestamp()
            store_of(self.registry).mark(self.found, self.token, at)

    def tpc_finish(self, _transaction: Any) -> None:
        """Write what was read; should the disk be full, the notes stay for the next start."""
        if not self.token:
            return
        try:
            write(store_of(self.registry), self.found, self.token)
        except sqlite3.Error:
            LOG.exception("the index of texts could not follow; it does at the next start")

    def tpc_abort(self, _transaction: Any) -> None:
        """Forget the notes."""
        if self.token:
            store_of(self.registry).settle(self.token)
            self.token = ""

    abort = tpc_abort

    def savepoint(self) -> Any:
        """Return a savepoint that does nothing: what is touched is read at the end."""
        return _NothingToUndo()


@implementer(transaction.interfaces.IDataManagerSavepoint)
class _NothingToUndo:
    """Touching too much does no harm."""

    def rollback(self) -> None:
        """Keep what was touched."""


def write(store: TextStore, found: Read, token: str = "") -> None:
    """Put what was read into the index and settle the notes of its transaction."""
    with store.writing() as database:
        for oid, read in found.items():
            reading, viewers = read or (None, [])
            put(database, oid, reading, viewers)
        database.execute("DELETE FROM unsettled WHERE token = ?", (token,))


def touch(anywhere: Any, oids: Iterable[int], registry: Registry) -> None:
    """Read some resources again when the transaction under way commits."""
    current = transaction.get()
    objectmap = find_objectmap(anywhere)
    pending = next(
        (
            held
            for held in current._resources
            if isinstance(held, _Pending) and held.objectmap is objectmap
        ),
        None,
    )
    if pending is None:
        pending = _Pending(registry, objectmap)
        current.join(pending)
        current.addBeforeCommitHook(pending.read)
    pending.oids.update(oids)


def touch_read(anywhere: Any, resources: Iterable[Any], registry: Registry) -> None:
    """Touch those of some resources that are found by their text."""
    oids = [
        get_oid(one)
        for one in resources
        if reader_of(one, registry) is not None and get_oid(one, None) is not None
    ]
    if oids and find_objectmap(anywhere) is not None:
        touch(anywhere, oids, registry)


@subscribe_modified()
def read_modified(event: Any) -> None:
    """Read again what changed."""
    touch_read(event.object, [event.object], event.registry)


@subscribe_acl_modified()
def read_viewers(event: Any) -> None:
    """Read again who may view it."""
    touch_read(event.object, [event.object], event.registry)


@subscribe_added()
def read_added(event: Any) -> None:
    """Read what was added, with everything in it."""
    if event.registry.cpms_fulltext_readers:
        touch_read(event.object, postorder(event.object), event.registry)


@subscribe_removed()
def forget_removed(event: Any) -> None:
    """Take what was removed out."""
    if event.moving is None and find_objectmap(event.parent) is not None:
        known = store_of(event.registry).known(event.removed_oids)
        if known:
            touch(event.parent, known, event.registry)


def includeme(config: Configurator) -> None:
    """Open the index and listen to the tree."""
    registry = config.registry
    registry.cpms_fulltext = TextStore(Path(setting(registry, "cpms.var")) / "fulltext.sqlite")
    registry.cpms_fulltext_columns = KeptColumns(registry.cpms_fulltext)
    config.scan(__name__)
