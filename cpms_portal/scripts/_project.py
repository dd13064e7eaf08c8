"""Where the project stands, and its programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def project_folder() -> Path:
    """Return the folder of ``./cpms``; without it, the folder one stands in."""
    return Path(os.environ.get("CPMS_HOME") or Path.cwd())


def program(name: str) -> str:
    """Return the path of a program of the same environment, such as ``pytest``."""
    return str(Path(sys.executable).parent / name)
