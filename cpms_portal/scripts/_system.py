"""What the portal can use of the system and the tests need, and how to get it."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import which

from cpms_portal.scripts._postgres import server_programs

OFFICE = ("libreoffice-writer", "libreoffice-calc", "libreoffice-impress")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Need:
    """One thing the tests need: its name for people, its packages, whether it is there.

    portal: what a portal that lacks it leaves out; empty when only the tests need it.
    """

    title: str
    packages: tuple[str, ...]
    present: Callable[[], object]
    portal: str = ""


def chromium() -> str | None:
    """Return the path of Chromium, or of a browser that is one underneath."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    return None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return bool(ctypes.util.find_library(library.partition(".")[0].removeprefix("lib")))
    return True


ORTHANC_DICOMWEB = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")

NEEDS = (
    Need("Chromium", ("chromium",), chromium),
    Need(
        "libatomic, which the driver of the browser needs",
        ("libatomic1",),
        partial(_loads, "libatomic.so.1"),
    ),
    Need("PostgreSQL", ("postgresql",), server_programs),
    Need("Node.js", ("nodejs", "npm"), lambda: shutil.which("node") and shutil.which("npm")),
    Need(
        "Pango, which draws the PDF",
        ("libpango-1.0-0", "libpangoft2-1.0-0", "fonts-dejavu-core"),
        partial(_loads, "libpangoft2-1.0.so.0"),
        "PDFs",
    ),
    Need(
        "Tesseract, which reads pictures",
        ("tesseract-ocr",),
        partial(which, "tesseract"),
        "words burnt into images",
    ),
    Need(
        "ffmpeg, which copies video and sound",
        ("ffmpeg",),
        partial(which, "ffmpeg"),
        "video and sound",
    ),
    Need(
        "LibreOffice, which reads old office files",
        OFFICE,
        partial(which, "soffice"),
        "old office files",
    ),
    Need("dciodvfy, which judges DICOM files", ("dicom3tools",), partial(which, "dciodvfy")),
    Need("DCMTK, which sends by DICOM", ("dcmtk",), partial(which, "storescu")),
    Need(
        "Orthanc, which speaks DICOMweb",
        ("orthanc", "orthanc-dicomweb"),
        ORTHANC_DICOMWEB.exists,
    ),
)


def missing_needs() -> list[Need]:
    """Return what is not there."""
    return [need for need in NEEDS if not need.present()]


def left_out() -> str:
    """Return, for the administrator, what a portal on this machine leaves out; empty if nothing."""
    missing = [need for need in missing_needs() if need.portal]
    if not missing:
        return ""
    what = ", ".join(need.portal for need in missing)
    packages = " ".join(package for need in missing for package in need.packages)
    return f"This machine lacks what is needed for: {what}.\nTo have it: apt-get install {packages}"


def install(needs: list[Need]) -> None:
    """Install packages with apt when that is possible; who calls looks at what came of it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    packages = [package for need in needs for package in need.packages]
    print(f"cpms: installing {' '.join(packages)}", flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], check=False, env=environment)
