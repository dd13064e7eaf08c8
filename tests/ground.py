"""What the tests stand on: a portal born once, copied for each file of tests, on both storages."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import transaction
from argon2 import PasswordHasher
from pyramid.paster import get_appsettings
from pyramid.response import Response
from pyramid.scripting import prepare
from webtest import TestApp
from zodburi import resolve_uri

from cpms_portal import main
from cpms_portal.identity import queries as identity
from cpms_portal.security import passwords
from cpms_portal.security.sessions import FULL, open_session

PROJECT = Path(__file__).parents[1]
KINDS = ("filestorage", "postgresql")
#: A Sunday at noon: what the clock of every test shows until the test moves it.
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


#: What hashes cost before ``hash_quickly``; tests/identity/test_training_site.py looks at them.
LIGHT, RECOVERY_COST = passwords.LIGHT, dict(identity.RECOVERY_COST)


def hash_quickly() -> None:
    """Let hashes of the training site cost next to nothing: thousands are made, none is guessed.

    Those of production keep their cost.
    """
    cheap = {"time_cost": 1, "memory_cost": 8}
    passwords.LIGHT = passwords.Passwords(PasswordHasher(**cheap, parallelism=1))
    identity.RECOVERY_COST.update(cheap)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **amount: float) -> None:
        """Move on, by what timedelta takes: ``clock.advance(minutes=31)``."""
        self.time += timedelta(**amount)

    def reset(self) -> None:
        """Show noon again."""
        self.time = NOON


CLOCK = Clock()


class Elsewhere(Exception):
    """A test tried to reach another machine."""


def only_loopback(connect: Any) -> Any:
    """Return a ``socket.connect`` that reaches this machine only."""

    def guarded(self: socket.socket, address: Any) -> Any:
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if inet and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise Elsewhere(f"tests do not leave this machine: {address[0]}")
        return connect(self, address)

    return guarded


def file_uri(var: Path) -> str:
    """Return the address of an embedded database in a folder."""
    return f"file://{var}/data/Data.fs?blobstorage_dir={var}/data/blobs"


def postgres_uri(server: str, name: str, var: Path) -> str:
    """Return the address of a database in PostgreSQL, with the options of production.ini."""
    address = server.replace("postgresql://", "postgres://")
    options = f"blob_dir={var}/blobs&shared_blob_dir=true&keep_history=false"
    return f"{address}/{name}?{options}"


def settings_for(uri: str, var: Path, **others: str) -> dict[str, str]:
    """Return the settings of development.ini with another database and another folder."""
    settings = dict(get_appsettings(str(PROJECT / "development.ini")))
    return settings | {"cpms.zodb": uri, "cpms.var": str(var)} | others


@dataclass
class Site:
    """A running portal of a file of tests."""

    wsgi: Any
    kind: str
    var: Path

    @property
    def registry(self) -> Any:
        """Its registry."""
        return self.wsgi.registry

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """A connection of its own, closed at the end; what is not committed is given up."""
        opened = self.registry._zodb_databases[""].open()
        try:
            yield opened
        finally:
            transaction.abort()
            opened.close()

    def close(self) -> None:
        """Close the database and what is kept beside it."""
        self.registry._zodb_databases[""].close()
        for value in vars(self.registry).values():
            if type(value).__module__.startswith("cpms_portal.") and hasattr(value, "close"):
                value.close()


def start(uri: str, var: Path, kind: str, **others: str) -> Site:
    """Start a portal; it is brought up when its database is new."""
    (var / "data").mkdir(parents=True, exist_ok=True)
    return Site(main({}, **settings_for(uri, var, **others)), kind, var)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Let one process in."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def born_in(folder: Path) -> Path:
    """Return the folder of a portal born on a FileStorage, once for all processes."""
    folder.mkdir(exist_ok=True)
    with one_at_a_time(folder / "lock"):
        var = folder / "var"
        if not (folder / "done").exists():
            shutil.rmtree(var, ignore_errors=True)
            start(file_uri(var), var, "filestorage").close()
            (folder / "done").touch()
    return var


def copy_of(born: Path, var: Path) -> None:
    """Copy the folder of a portal; blobs, which nobody writes to again, are the same files."""

    def copied(source: str, target: str) -> None:
        if source.endswith(".blob"):
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    shutil.copytree(born, var, copy_function=copied)


def execute(server: str, statement: str) -> None:
    """Run one statement on the server, outside a transaction."""
    parts = urlsplit(server)
    opened = psycopg2.connect(
        host=parts.hostname, port=parts.port, user=parts.username, password=parts.password,
        dbname="postgres",
    )  # fmt: skip
    try:
        opened.autocommit = True
        with opened.cursor() as cursor:
            cursor.execute(statement)
    finally:
        opened.close()


def _copy_storage(source_uri: str, target_uri: str) -> None:
    source, target = resolve_uri(source_uri)[0](), resolve_uri(target_uri)[0]()
    try:
        target.copyTransactionsFrom(source)
    finally:
        target.close()
        source.close()


def template_in(folder: Path, born: Path, server: str) -> tuple[str, Path]:
    """Return name and folder of the same portal in PostgreSQL, copied once for all processes."""
    name, var = f"born_{abs(hash(str(folder))) % 10**9}", folder / "var-postgresql"
    with one_at_a_time(folder / "lock"):
        if not (folder / "done-postgresql").exists():
            shutil.copytree(born, var, ignore=shutil.ignore_patterns("data"))
            execute(server, f"CREATE DATABASE {name}")
            _copy_storage(file_uri(born), postgres_uri(server, name, var))
            (folder / "done-postgresql").write_text(name)
    return (folder / "done-postgresql").read_text(), var


def sign_in(app: TestApp, site: Site, login: str) -> Any:
    """Give a browser a proven session of somebody, without typing; return the oid."""
    environment = prepare(registry=site.registry)
    request = environment["request"]
    try:
        people = environment["root"]["people"]
        person = people.person_of_login(login)
        assert person is not None, f"nobody signs in as {login}"
        open_session(request, person.__oid__, FULL)
        transaction.commit()
        response = Response()
        request._process_response_callbacks(response)
    finally:
        environment["closer"]()
    cookie = response.headers["Set-Cookie"].partition(";")[0]
    name, _, value = cookie.partition("=")
    app.set_cookie(name, value)
    return person


def postgres_server() -> str | None:
    """Return the address of the server ``./cpms test`` started, or None."""
    return os.environ.get("CPMS_TEST_POSTGRES") or None
