"""The portal as it is really served: ``cpms serve`` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import transaction
from pyramid.response import Response
from pyramid.scripting import prepare

from bench._ground import PROJECT, Place
from cpms_portal.core.resources import oid_of
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import FULL, open_session
from tests.served import free_port, logging_at

PATIENCE = 180
SERVER = """
[server:main]
use = egg:waitress#main
threads = 4
inbuf_overflow = 16777216
recv_bytes = 262144
max_request_body_size = 1073741824
ident =
"""


@dataclass
class Served:
    """A portal that answers: its address, the seconds to its first answer, its process."""

    address: str
    seconds: float
    process: int

    def processor_seconds(self) -> float:
        """Return the processor time the server has used so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ini_in(folder: Path, settings: Mapping[str, str]) -> Path:
    """Write an ini file with settings, one process and four threads; return its path."""
    lines = [f"{name} = {value}" for name, value in settings.items()]
    ini = folder / "bench.ini"
    head = f"[app:main]\nuse = config:{PROJECT / 'production.ini'}\n"
    ini.write_text(head + "\n".join(lines) + "\n" + SERVER + logging_at("ERROR"), encoding="utf-8")
    return ini


def answers(address: str) -> bool:
    """Say whether a server answers at an address, with whatever."""
    try:
        urllib.request.urlopen(address, timeout=5).read()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def cookie_of(place: Place, person: Person) -> str:
    """Return the cookie of a new session of a person, who has proven both factors."""
    environment = prepare(registry=place.registry)
    try:
        open_session(environment["request"], oid_of(person), FULL)
        transaction.commit()
        response = Response()
        environment["request"]._process_response_callbacks(response)
    finally:
        environment["closer"]()
    return response.headers["Set-Cookie"].partition(";")[0]


@contextmanager
def served(ini: Path, home: Path = PROJECT) -> Iterator[Served]:
    """Serve an ini file until the end of the block."""
    before, port = time.perf_counter(), free_port()
    command = [
        sys.executable, "-W", "ignore", "-m", "cpms_portal.scripts", "serve",
        "--ini", str(ini), "--listen", f"127.0.0.1:{port}",
    ]  # fmt: skip
    environment = os.environ | {"CPMS_HOME": str(home)}
    server = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while not answers(f"{address}/"):
            if server.poll() is not None or time.perf_counter() - before > PATIENCE:
                raise TimeoutError(f"no answer from {address}")
            time.sleep(0.02)
        yield Served(address, time.perf_counter() - before, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
