"""Start to the first answered request: the first start of a new portal, and the second."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench._ground import PROJECT, say

PATIENCE = 180


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def started_in(home: Path, port: int) -> float:
    """Start the portal, wait for its first answer, stop it; return the seconds it took."""
    before = time.perf_counter()
    command = [
        sys.executable, "-W", "ignore", "-m", "cpms_portal.scripts", "serve",
        "--ini", str(home / "development.ini"), "--listen", f"127.0.0.1:{port}",
    ]  # fmt: skip
    environment = os.environ | {"CPMS_HOME": str(home)}
    server = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - before < PATIENCE:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                return time.perf_counter() - before
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"no answer after {PATIENCE} s")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="cpms-bench-") as name:
        home = Path(name)
        for part in ("development.ini", "production.ini"):
            shutil.copy(PROJECT / part, home)
        for part in ("content", "workflows"):
            (home / part).symlink_to(PROJECT / part)
        port = free_port()
        say("start.first", started_in(home, port), "s")
        say("start.second", started_in(home, port), "s")


if __name__ == "__main__":
    main()
