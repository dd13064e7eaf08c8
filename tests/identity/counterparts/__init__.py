"""Real servers the portal talks to in tests: a CAS server and an OpenID provider, on loopback.

Each is installed once into a folder beside the environment of the tests, named after its lock;
what cannot be installed fails the tests in plain words.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import ground
from tests.served import free_port

HERE = Path(__file__).parent
KEPT = Path(sys.prefix) / "counterparts"
SECONDS = 60


def _ran(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, (
        f"cannot install a server the tests talk to: {' '.join(command[:4])} …\n"
        f"{(done.stdout + done.stderr)[-2000:]}"
    )


def installed(name: str, lock: Path, install: Callable[[Path], None]) -> Path:
    """Return the folder where something is installed as its lock says; made once."""
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    folder = KEPT / f"{name}-{mark}"
    KEPT.mkdir(exist_ok=True)
    with ground.one_at_a_time(KEPT / "lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            (folder / "done").touch()
    return folder


def _install_cas(folder: Path) -> None:
    venv.create(folder / "venv", with_pip=True)
    lock = str(HERE / "cas" / "requirements.txt")
    command = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", lock]
    _ran([str(folder / "venv" / "bin" / "python"), *command], folder)


def _install_openid(folder: Path) -> None:
    assert shutil.which("npm"), "node is missing: run ./cpms test, or apt-get install nodejs npm"
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "openid" / name, folder)
    _ran(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder)


@contextmanager
def _running(command: list[str], port: int, folder: Path, **more: str) -> Iterator[None]:
    """Run a server until the end; it is awaited."""
    said = folder / f"said-{port}"
    with said.open("w") as out:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **more}, stdout=out, stderr=out
        )
        try:
            _await(server, port, said)
            yield
        finally:
            server.terminate()
            server.wait(10)
            said.unlink()


def _await(server: subprocess.Popen[bytes], port: int, said: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, f"a server ended at once:\n{said.read_text()[-2000:]}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"a server does not listen:\n{said.read_text()[-2000:]}")


@contextmanager
def cas_server(folder: Path) -> Iterator[str]:
    """Run the CAS server; its address. folder: where it keeps its database."""
    home = installed("cas", HERE / "cas" / "requirements.txt", _install_cas)
    for source in (HERE / "cas").glob("*.py"):
        shutil.copy(source, folder)
    port = free_port()
    command = [str(home / "venv" / "bin" / "python"), "serve.py", str(port)]
    with _running(command, port, folder, CAS_DATABASE=str(folder / "cas.sqlite")):
        yield f"http://127.0.0.1:{port}/cas"


@contextmanager
def openid_provider(portal: str) -> Iterator[str]:
    """Run the OpenID provider for the portal at an address; its issuer."""
    home = installed("openid", HERE / "openid" / "package-lock.json", _install_openid)
    shutil.copy(HERE / "openid" / "provider.js", home)
    port = free_port()
    with _running(["node", "provider.js", str(port), portal], port, home):
        yield f"http://127.0.0.1:{port}"
