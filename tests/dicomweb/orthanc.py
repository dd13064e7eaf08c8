"""Orthanc with its DICOMweb plugin, in a folder of its own: the archive of an invented hospital."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from cpms_portal.scripts._system import ORTHANC_DICOMWEB
from tests.served import free_port

PATIENCE = 60


def _program() -> str:
    found = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    assert found, "Orthanc is missing: run ./cpms test"
    return found


@contextmanager
def orthanc(folder: Path, servers: dict[str, Any] | None = None) -> Iterator[str]:
    """Run Orthanc until the end of the block; its address. servers: DICOMweb servers it knows."""
    port = free_port()
    configuration = {
        "StorageDirectory": str(folder / "store"), "IndexDirectory": str(folder / "store"),
        "HttpPort": port, "DicomServerEnabled": False, "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False, "Plugins": [str(ORTHANC_DICOMWEB)],
        "DicomWeb": {"Enable": True, "Servers": servers or {}},
    }  # fmt: skip
    path = folder / "orthanc.json"
    path.write_text(json.dumps(configuration))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([_program(), str(path)], stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        begun = time.monotonic()
        while not _answers(address):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() - begun < PATIENCE, "Orthanc does not answer"
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/system", timeout=5).ok
    except requests.ConnectionError:
        return False
