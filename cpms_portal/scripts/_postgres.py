"""A private PostgreSQL for the tests: made in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "cpms"
# Nothing here outlives the tests, so nothing waits for the disk.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")


def server_programs() -> Path | None:
    """Return the folder of PostgreSQL's newest server programs, or None."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = [folder.parent for folder in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def _unprivileged() -> str | None:
    """Return whom to run as: PostgreSQL refuses to run as root. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Cluster:
    """One cluster in one folder."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self.user = _unprivileged()
        if self.user:
            shutil.chown(folder, self.user)

    def call(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the unprivileged user."""
        command = [str(self.programs / name), *arguments]
        if self.user:
            command = ["runuser", "-u", self.user, "--", *command]
        with (self.folder / f"{name}.out").open("ab") as output:
            subprocess.run(command, cwd=self.folder, check=True, stdout=output, stderr=output)

    def create(self, password: str) -> None:
        """Make the empty cluster, open to one user with a password."""
        secret = self.folder / "password"
        secret.write_text(password, encoding="utf-8")
        if self.user:
            shutil.chown(secret, self.user)
        self.call(
            "initdb",
            f"--pgdata={self.folder / 'cluster'}",
            f"--username={USER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )

    def start(self, port: int) -> None:
        """Start the server on a loopback port and wait until it answers."""
        quick = " ".join(f"-c {option}" for option in QUICK)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {self.folder} {quick}"
        self.call("pg_ctl", "-w", "-D", str(self.folder / "cluster"), "-o", options, "start")

    def stop(self) -> None:
        """Stop the server without waiting for anybody."""
        self.call("pg_ctl", "-D", str(self.folder / "cluster"), "-m", "immediate", "stop")


@contextmanager
def private_postgres(programs: Path) -> Iterator[str]:
    """Run a server on loopback; the value is its address without a database's name."""
    with tempfile.TemporaryDirectory(prefix="cpms-pg-", ignore_cleanup_errors=True) as name:
        cluster = _Cluster(Path(name), programs)
        password, port = secrets.token_hex(16), _free_port()
        cluster.create(password)
        cluster.start(port)
        try:
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}"
        finally:
            cluster.stop()
