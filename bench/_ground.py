"""What benches share: a temporary portal, medians, and how a figure is printed."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyramid.registry import Registry

from cpms_portal import configure
from cpms_portal.contentio.actions import bring_up
from cpms_portal.core.substance import ROOT_KEY

PROJECT = Path(__file__).parent.parent


@dataclass
class Place:
    """A portal in a temporary folder: its registry, an open connection, the root."""

    folder: Path
    registry: Registry
    connection: Any
    root: Any

    @property
    def stored(self) -> int:
        """Bytes of the object database and its blobs."""
        parts = [*self.folder.glob("data/Data.fs"), *self.folder.glob("data/blobs/**/*.blob")]
        return sum(path.stat().st_size for path in parts)


def settings_in(folder: Path, site: str = "production") -> dict[str, str]:
    """Return the settings of a portal in a folder, on a FileStorage with blobs."""
    data = folder / "data"
    data.mkdir(exist_ok=True)
    return {
        "cpms.zodb": f"file://{data}/Data.fs?blobstorage_dir={data}/blobs"
        "&connection_cache_size=20000",
        "cpms.var": str(folder),
        "cpms.content": str(PROJECT / "content"),
        "cpms.workflows": str(PROJECT / "workflows"),
        "cpms.site": site,
        "cpms.mail.way": "outbox",
        "cpms.url": "http://127.0.0.1:6543",
        "substanced.secret": "unused",
    }


@contextmanager
def portal_in(folder: Path, site: str = "production") -> Iterator[Place]:
    """Open the portal of a folder; it is brought up when the folder is empty."""
    config = configure(settings_in(folder, site))
    config.begin()
    database = config.registry._zodb_databases[""]
    connection = database.open()
    try:
        bring_up(config.registry, connection)
        yield Place(folder, config.registry, connection, connection.root()[ROOT_KEY])
    finally:
        connection.transaction_manager.abort()
        connection.close()
        database.close()
        config.end()


@contextmanager
def temporary_portal(site: str = "production") -> Iterator[Place]:
    """Bring a portal up in a temporary folder and take it away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="cpms-bench-") as name,
        portal_in(Path(name), site) as place,
    ):
        yield place


def say(name: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"{name}: {value:.4g} {unit}", flush=True)


def median_ms(measured: Callable[[], object], times: int = 25) -> float:
    """Return the median of how long a call takes, in milliseconds."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        measured()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken)
