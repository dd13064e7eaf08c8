"""Sealed blobs stream what they hold, also after the connection was closed."""

from __future__ import annotations

import secrets

import pytest
import transaction
import ZODB
from ZODB.blob import BlobStorage
from ZODB.MappingStorage import MappingStorage

from cpms_portal.storage.blobs import SealedBlob
from cpms_portal.storage.keys import KeyDestroyedError, KeyRing


class Registry:
    """What sealing needs of a registry."""


@pytest.fixture
def registry(tmp_path):
    transaction.abort()
    made = Registry()
    made.cpms_keyring = KeyRing(tmp_path / "ring.sqlite", secrets.token_bytes(32))
    made.cpms_keyring.create("p1")
    transaction.commit()
    yield made
    transaction.abort()
    made.cpms_keyring.close()


@pytest.fixture
def database(tmp_path):
    opened = ZODB.DB(BlobStorage(str(tmp_path / "blobs"), MappingStorage()))
    yield opened
    transaction.abort()
    opened.close()


def test_what_is_read_was_written_also_when_the_connection_is_closed_meanwhile(registry, database):
    content = secrets.token_bytes(600_000)
    connection = database.open()
    connection.root()["blob"] = SealedBlob.write(registry, "p1", [content])
    transaction.commit()
    connection.cacheMinimize()
    parts = connection.root()["blob"].read(registry)
    connection.close()
    assert b"".join(parts) == content


def test_a_range_is_read_without_the_rest(registry, database):
    connection = database.open()
    connection.root()["blob"] = SealedBlob.write(registry, "p1", [b"0123456789" * 60_000])
    transaction.commit()
    assert b"".join(connection.root()["blob"].read_range(registry, 300_005, 4)) == b"5678"
    connection.close()


def test_nothing_is_read_after_the_key_was_destroyed(registry, database):
    connection = database.open()
    connection.root()["blob"] = SealedBlob.write(registry, "p1", [b"x"])
    transaction.commit()
    registry.cpms_keyring.destroy("p1")
    with pytest.raises(KeyDestroyedError):
        connection.root()["blob"].read(registry)
    connection.close()
