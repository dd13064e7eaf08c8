"""Measure speed and size: all of bench/, or those named.

Each prints lines ``name: value unit``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from cpms_portal.scripts._project import project_folder


def benches() -> dict[str, Path]:
    """Return the benches by name; modules that begin with an underscore are their ground."""
    found = sorted((project_folder() / "bench").glob("*.py"))
    return {path.stem: path for path in found if not path.stem.startswith("_")}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the names."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(benches()))


def run(options: argparse.Namespace) -> int:
    """Run each bench in a process of its own, so that memory and caches are its own."""
    known = benches()
    unknown = [name for name in options.names if name not in known]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    failed = 0
    for name in options.names or known:
        command = [sys.executable, "-W", "ignore", "-m", f"bench.{name}"]
        failed += subprocess.run(command, cwd=project_folder(), check=False).returncode != 0
    return 1 if failed else 0
