"""Fixtures for everybody.

A test that asks for ``app``, ``site``, ``registry`` or ``root`` runs twice: on FileStorage and on
PostgreSQL. Each file of tests has a fresh copy of a portal that was born with ``content/``.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import transaction
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser
from pyramid.scripting import prepare
from webtest import TestApp
from webtest.http import StopableWSGIServer

from cpms_portal.core import clock as clock_module
from cpms_portal.scripts import _system
from cpms_portal.scripts._postgres import private_postgres, server_programs
from tests import ground
from tests.browser.chromium import close_windows, launched, window_of

# The same examples each time, however busy the machine is.
settings.register_profile(
    "calm", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("calm")
ground.hash_quickly()
#: What portals are made of is looked through for circles less often.
gc.set_threshold(50_000)


def pytest_addoption(parser):
    """Let a hurried developer take one storage."""
    parser.addoption("--storage", choices=ground.KINDS, help="only on this storage")


#: Who asks for one of these starts programs and waits for them: a browser, a portal.
LONG = frozenset({"chromium_path", "served", "survived"})


def pytest_collection_modifyitems(config, items):
    """Mark what drives a browser; leave a storage out where a marker or the option says so."""
    kept, left_out = [], []
    for item in items:
        if "chromium_path" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        kind = getattr(item, "callspec", None) and item.callspec.params.get("storage_kind")
        wanted = {config.getoption("--storage") or kind}
        marker = item.get_closest_marker("storages")
        wanted &= set(marker.args) if marker else wanted
        (kept if kind is None or kind in wanted else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
    place = {path: number for number, path in enumerate(spread(items))}
    items.sort(key=lambda item: place[item.path])


def spread(items):
    """Return the files, the long ones among the others and none at the end, to be waited for."""
    files = list(dict.fromkeys(item.path for item in items))
    long = {item.path for item in items if LONG & set(getattr(item, "fixturenames", ()))}
    waiting, others = (
        [one for one in files if one in long],
        [one for one in files if one not in long],
    )
    step = max(len(others) * 3 // 4 // max(len(waiting), 1), 1)
    for number, one in enumerate(others):
        if waiting and number % step == 0:
            yield waiting.pop(0)
        yield one
    yield from waiting


@pytest.fixture(scope="session", autouse=True)
def stays_here() -> Iterator[None]:
    """No test reaches another machine, and none sees the real time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", ground.only_loopback(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", ground.only_loopback(socket.socket.connect_ex))
        patch.setattr(clock_module, "_system_clock", ground.CLOCK)
        yield


@pytest.fixture(autouse=True)
def clock() -> Iterator[ground.Clock]:
    """The clock of every portal: noon of a Sunday until the test moves it."""
    ground.CLOCK.reset()
    yield ground.CLOCK
    ground.CLOCK.reset()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder all processes of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server on loopback: the one of ``./cpms test``, or one of our own."""
    given = ground.postgres_server()
    if given:
        yield given
        return
    programs = server_programs()
    assert programs, "PostgreSQL is missing: run ./cpms test, or choose --storage filestorage"
    with private_postgres(programs) as address:
        yield address


@pytest.fixture(scope="session")
def born(shared_folder) -> Path:
    """The folder of a portal that has just been born; copied, never used itself."""
    return ground.born_in(shared_folder / "born")


@pytest.fixture(scope="module", params=ground.KINDS)
def storage_kind(request) -> str:
    """FileStorage or PostgreSQL."""
    return request.param


@pytest.fixture(scope="module")
def storage_uri(storage_kind, tmp_path_factory, request) -> Iterator[str]:
    """The address of an empty database, for tests that bring up a portal of their own."""
    var = tmp_path_factory.mktemp("empty")
    if storage_kind == "filestorage":
        (var / "data").mkdir()
        yield ground.file_uri(var)
        shutil.rmtree(var)
        return
    server = request.getfixturevalue("postgres")
    name = f"cpms_{os.getpid()}_{var.name}".replace("-", "_").lower()
    ground.execute(server, f"CREATE DATABASE {name}")
    yield ground.postgres_uri(server, name, var)
    ground.execute(server, f"DROP DATABASE {name} WITH (FORCE)")
    shutil.rmtree(var)


@pytest.fixture(scope="module")
def site(storage_kind, born, shared_folder, tmp_path_factory, request) -> Iterator[ground.Site]:
    """A portal with the training site's content, fresh for this file of tests."""
    folder = tmp_path_factory.mktemp("site")
    var = folder / "var"
    uri, drop = ground.file_uri(var), lambda: None
    if storage_kind == "filestorage":
        ground.copy_of(born, var)
    else:
        server = request.getfixturevalue("postgres")
        template, born_there = ground.template_in(shared_folder / "born", born, server)
        ground.copy_of(born_there, var)
        name = f"cpms_{os.getpid()}_{var.parent.name}".lower()
        with ground.one_at_a_time(shared_folder / "template-lock"):
            ground.execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        uri = ground.postgres_uri(server, name, var)
        drop = partial(ground.execute, server, f"DROP DATABASE {name} WITH (FORCE)")
    running = ground.start(uri, var, storage_kind)
    yield running
    running.close()
    drop()
    shutil.rmtree(folder)  # two hundred copies of a portal would fill a disk


@pytest.fixture
def registry(site):
    """The registry of the portal."""
    return site.registry


@pytest.fixture
def app(site) -> TestApp:
    """A browser that is not signed in."""
    return TestApp(site.wsgi, extra_environ={"REMOTE_ADDR": "127.0.0.1"})


@pytest.fixture
def browser_of(site):
    """A browser for each who needs one: ``browser_of("rareliverhpuser1")`` is signed in."""

    def make(login: str | None = None) -> TestApp:
        made = TestApp(site.wsgi, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        if login:
            ground.sign_in(made, site, login)
        return made

    return make


@pytest.fixture
def sign_in_as(site):
    """Sign a browser in without typing: ``sign_in_as(app, "rareliverhpuser1")``."""

    def sign_in(app: TestApp, login: str) -> TestApp:
        ground.sign_in(app, site, login)
        return app

    return sign_in


@pytest.fixture
def root(site) -> Iterator[object]:
    """The root of the tree, in a transaction that is given up unless the test commits."""
    transaction.abort()
    environment = prepare(registry=site.registry)
    yield environment["root"]
    transaction.abort()
    environment["closer"]()


@pytest.fixture(scope="module")
def served(site) -> Iterator[str]:
    """The portal on a loopback port, for a real browser: its address."""
    server = StopableWSGIServer.create(site.wsgi, host="127.0.0.1")
    yield f"http://127.0.0.1:{server.adj.port}"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser the system has."""
    path = os.environ.get("CPMS_TEST_CHROMIUM") or _system.chromium()
    assert path, "Chromium is missing: run ./cpms test"
    return path


@pytest.fixture(scope="module")
def started_chromium(chromium_path) -> Iterator[Browser]:
    """Chromium, started once for a file of tests."""
    with launched(chromium_path) as browser:
        yield browser


@pytest.fixture
def chromium(started_chromium) -> Iterator[Browser]:
    """Chromium without WebGL; what a test opens in it is closed at its end."""
    yield started_chromium
    close_windows(started_chromium)


@pytest.fixture
def page_of(chromium, served, browser_of):
    """Open a page as somebody or as nobody; what the browser complains of fails the test.

    An answer that is no 200 is no complaint, but for style, script and pictures of ours.
    """
    complaints = []

    def hear(said):
        answer = "the server responded" in said.text and "/static/" not in said.location["url"]
        if said.type == "error" and not answer:
            complaints.append(said.text)

    def make(login=None, *, width=1280, scheme="light", **options):
        wanted = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, **options}
        context = window_of(chromium, served, browser_of(login) if login else None, **wanted)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    close_windows(chromium)
    assert not complaints
