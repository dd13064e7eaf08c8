"""A training site of its own, in a temporary folder, and a browser to look at it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from cpms_portal.core.settings import setting
from cpms_portal.identity.queries import training_code
from cpms_portal.scripts._opening import configured
from cpms_portal.scripts._project import project_folder
from cpms_portal.scripts._system import chromium

PATIENCE = 180
#: Without a sandbox where root starts it; it opens nothing but this portal.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
INI = """[app:main]
use = config:{development}
cpms.zodb = file://{folder}/data/Data.fs?blobstorage_dir={folder}/data/blobs
cpms.var = {folder}
cpms.url = http://127.0.0.1:{port}

[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = 4
"""


class NotReadyError(Exception):
    """The training site or the browser could not be started; it says which."""


@dataclass(frozen=True)
class Training:
    """A training site that answers."""

    address: str
    registry: Any

    def sign_in(self, page: Page, login: str) -> None:
        """Sign somebody in as they would do it themselves."""
        page.goto(f"{self.address}/sign-in")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(setting(self.registry, "cpms.training.password"))
        page.keyboard.press("Enter")
        code = training_code(self.registry, login)
        page.locator("input[autocomplete=one-time-code]").fill(code)
        page.keyboard.press("Enter")
        page.wait_for_url("**/my-work")


def _free_port() -> int:
    with socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).read()  # noqa: S310 - the site just started
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def training_site() -> Iterator[Training]:
    """Start a training site and stop it at the end; NotReadyError when it does not answer."""
    with tempfile.TemporaryDirectory(prefix="cpms-pictures-") as name:
        folder, port = Path(name), _free_port()
        ini = folder / "training.ini"
        development = project_folder() / "development.ini"
        ini.write_text(INI.format(development=development, folder=folder, port=port))
        command = [sys.executable, "-m", "cpms_portal.scripts", "serve", "--ini", str(ini)]
        with (folder / "said").open("w") as said:
            server = subprocess.Popen(
                command, cwd=project_folder(), env=dict(os.environ), stdout=said, stderr=said
            )
            try:
                yield Training(_waited_for(server, port), configured(ini).registry)
            finally:
                server.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(20)


def _waited_for(server: subprocess.Popen[bytes], port: int) -> str:
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
    while not _answers(f"{address}/"):
        if server.poll() is not None or time.monotonic() > until:
            raise NotReadyError("the training site did not start")
        time.sleep(0.2)
    return address


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium and stop it at the end; NotReadyError when it is not there."""
    path = chromium()
    if path is None:
        raise NotReadyError("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield started
        finally:
            started.close()
