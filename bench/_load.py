"""Ask one address again and again: by ``wrk``, or by threads of our own where it is missing."""

from __future__ import annotations

import http.client
import re
import shutil
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass
class Load:
    """What was measured: requests a second, and milliseconds until half and 99 % were answered."""

    per_second: float
    p50: float
    p99: float


def asker() -> str:
    """Return who asks: ``wrk`` or ``threads``."""
    return "wrk" if shutil.which("wrk") else "threads"


def load(address: str, cookie: str, *, seconds: int, connections: int) -> Load:
    """Ask an address for some seconds; AssertionError when an answer is an error."""
    if asker() == "wrk":
        headers = [f"Cookie: {cookie}"] if cookie else []
        return by_wrk(address, headers, seconds=seconds, connections=connections)
    return _by_threads(address, cookie, seconds, connections)


def _milliseconds(text: str, percentile: str) -> float:
    found = re.search(rf"^\s*{percentile}%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE)
    assert found, text
    return float(found[1]) * _UNITS[found[2]]


def _number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    return float(found[1]) if found else None


def by_wrk(
    address: str,
    headers: list[str],
    *,
    seconds: int,
    connections: int,
    script: str = "",
    may_fail: bool = False,
) -> Load:
    """Ask by ``wrk``; AssertionError when an answer is an error.

    script: path of what it asks, in Lua; else the address again and again. may_fail: some answers
    may be errors, and are not counted.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    for one in headers:
        command += ["-H", one]
    command += ["-s", script, address] if script else [address]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = _number(r"Non-2xx or 3xx responses: (\d+)", text) or 0.0
    assert may_fail or not failed, text
    assert "Socket errors" not in text, text
    rate, asked = _number(r"Requests/sec:\s+([\d.]+)", text), _number(r"(\d+) requests in", text)
    assert rate and asked, text
    return Load(rate * (1 - failed / asked), _milliseconds(text, "50"), _milliseconds(text, "99"))


def _by_threads(address: str, cookie: str, seconds: int, connections: int) -> Load:
    parts, taken = urlsplit(address), []
    end = time.perf_counter() + seconds

    def ask() -> None:
        open_connection = http.client.HTTPConnection(parts.netloc)
        while time.perf_counter() < end:
            before = time.perf_counter()
            open_connection.request("GET", parts.path, headers={"Cookie": cookie})
            answer = open_connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            taken.append((time.perf_counter() - before) * 1000)

    askers = [threading.Thread(target=ask) for _ in range(connections)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    cuts = statistics.quantiles(taken, n=100)
    return Load(len(taken) / seconds, statistics.median(taken), cuts[98])
