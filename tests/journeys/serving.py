"""A portal in a process of its own, which can be killed, and a browser that reaches it by TCP."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from webtest import TestApp

from tests.ground import NOON, PROJECT, file_uri
from tests.served import free_port, logging_at

INI = """\
[app:main]
use = config:{project}/production.ini
cpms.site = training
cpms.url = http://127.0.0.1:{port}
cpms.zodb = {uri}
cpms.var = {var}
cpms.content = {project}/content
cpms.workflows = {project}/workflows
cpms.mail.way = outbox

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = 4
"""
# ./cpms serve, with the clock of the tests: the people of the training site have roles since then.
COMMAND = """\
import sys
from datetime import datetime
from cpms_portal.core import clock
moment = datetime.fromisoformat(sys.argv.pop(1))
clock._system_clock = lambda: moment
from cpms_portal.scripts.__main__ import main
sys.exit(main())
"""


class Served:
    """``./cpms serve`` on a folder; ``start``, ``kill``, and start again."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.ini = var.parent / "portal.ini"
        said = {"project": PROJECT, "port": self.port, "uri": file_uri(var), "var": var}
        self.ini.write_text(INI.format(**said) + logging_at("WARNING"))
        self.log = var.parent / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 60) -> float:
        """Start the portal and return after how many seconds it answered."""
        begun = time.monotonic()
        words = [sys.executable, "-c", COMMAND, NOON.isoformat(), "serve", "--ini", str(self.ini)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(words, cwd=PROJECT, stdout=log, stderr=log)
        while time.monotonic() - begun < patience:
            assert self._process.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.answer("GET", "/sign-in")[0] == 200:
                    return time.monotonic() - begun
            time.sleep(0.05)
        raise AssertionError(f"no answer in {patience} s: {self.log.read_text()}")

    def kill(self) -> None:
        """End it as a power cut would: without a word."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answer(
        self, method: str, path: str, body: bytes = b"", headers: Any = ()
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return status, headers and body of an answer."""
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        ) as line:
            line.request(method, path, body or None, dict(headers))
            found = line.getresponse()
            return found.status, found.getheaders(), found.read()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Pass a request on: the portal as a WSGI application, for WebTest."""
        headers = {
            name[5:].replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        address = f"{path}?{query}" if query else path
        status, found, content = self.answer(environ["REQUEST_METHOD"], address, body, headers)
        hop = {"connection", "transfer-encoding", "keep-alive"}
        start_response(f"{status} x", [pair for pair in found if pair[0].lower() not in hop])
        return [content]

    def browser(self, cookies: dict[str, str]) -> TestApp:
        """Return a browser with the cookies of a session."""
        made = TestApp(self, lint=False)
        for name, value in cookies.items():
            made.set_cookie(name, value)
        return made
