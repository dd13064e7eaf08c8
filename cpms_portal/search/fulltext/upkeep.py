"""Build the index anew, and finish at the start what a process that died left unsettled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pyramid.config import Configurator
from pyramid.events import ApplicationCreated
from pyramid.registry import Registry

from cpms_portal.core.clock import now
from cpms_portal.core.resources import resource_of
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.fulltext.following import Read, read_resource, store_of
from cpms_portal.search.fulltext.registration import nouns_read
from cpms_portal.search.fulltext.store import put

#: So many resources are read in one go: writers wait no longer than that.
BATCH = 200
#: A transaction that noted something longer ago than this died, in seconds.
DEAD = 60


def rebuild(registry: Registry) -> int:
    """Read everything there is into an empty index; return how many resources can be found."""
    store = store_of(registry)
    store.empty()
    made = 0
    for oids in _batches(_everything(registry)):
        made += _read_again(registry, oids)
    store.be_whole()
    return made


def settle(registry: Registry) -> int:
    """Read again what transactions noted that never ended; return how many resources."""
    store = store_of(registry)
    left = store.unsettled(now(registry).timestamp() - DEAD)
    for oids in _batches(sorted({oid for oid, _token in left})):
        _read_again(registry, oids)
    for token in {token for _oid, token in left}:
        store.settle(token)
    return len(left)


def _everything(registry: Registry) -> list[int]:
    connection = registry._zodb_databases[""].open()
    try:
        root = connection.root().get(ROOT_KEY)
        catalog = None if root is None else catalog_of(root)
        if catalog is None:
            return []
        oids: set[int] = set()
        for noun in nouns_read(registry):
            oids.update(catalog["facets"].eq(f"{noun}|noun|{noun}").execute(resolver=None).ids)
        return sorted(oids)
    finally:
        connection.close()


def _batches(oids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(oids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _read_again(registry: Registry, oids: list[int]) -> int:
    """Read some resources as they are committed now, and put them in the index.

    What commits meanwhile notes so in the index first; where it did, all are read once more while
    nobody else writes. So nothing older ever replaces something newer, and the words of files,
    which take long, keep no writer waiting.
    """
    store = store_of(registry)
    before = store.writes()
    found = _read(registry, oids)
    with store.writing() as database:
        if store.writes() != before:
            found = _read(registry, oids)
        for oid, read in found.items():
            reading, viewers = read or (None, [])
            put(database, oid, reading, viewers)
    return sum(read is not None for read in found.values())


def _read(registry: Registry, oids: list[int]) -> Read:
    connection: Any = registry._zodb_databases[""].open()
    try:
        root = connection.root()[ROOT_KEY]
        return {oid: read_resource(resource_of(root, oid), registry) for oid in oids}
    finally:
        connection.close()


def be_true(event: ApplicationCreated) -> None:
    """At the start: build what is not there, and finish what was left."""
    registry = event.app.registry
    if not store_of(registry).is_whole:
        rebuild(registry)
    settle(registry)


def includeme(config: Configurator) -> None:
    """Look after the index at each start."""
    config.add_subscriber(be_true, ApplicationCreated)
