"""Set up what the tests need, then run ruff, mypy and the tests (arguments go to pytest)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from cpms_portal.scripts._postgres import private_postgres, server_programs
from cpms_portal.scripts._project import program, project_folder
from cpms_portal.scripts._system import chromium, install, missing_needs
from cpms_portal.scripts.check import static_checks

# Files run side by side, each whole in one process: its copy of the portal is made once.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
#: What follows the verb is for pytest, options too; it comes after a "--".
HANDED_ON = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what pytest takes."""
    parser.add_argument("pytest", nargs=argparse.REMAINDER, help="handed to pytest")


def _everything_there() -> bool:
    missing = missing_needs()
    if missing:
        install(missing)
        missing = missing_needs()
    for need in missing:
        packages = " ".join(need.packages)
        print(
            f"cpms: missing: {need.title}. Install it: apt-get install {packages}", file=sys.stderr
        )
    return not missing


def _pytest(words: list[str], postgres: str) -> int:
    environment = dict(os.environ, CPMS_TEST_POSTGRES=postgres, CPMS_TEST_CHROMIUM=chromium() or "")
    command = [program("pytest"), *SIDE_BY_SIDE, *words]
    return subprocess.run(command, cwd=project_folder(), check=False, env=environment).returncode


def run(options: argparse.Namespace) -> int:
    """Run the checks and the tests; pytest's own summary is the last line."""
    programs = server_programs() if _everything_there() else None
    if programs is None:
        return 1
    content = static_checks()
    if not content:
        print("cpms: ruff or mypy complains, see above; the tests run all the same", flush=True)
    with private_postgres(programs) as postgres:
        failed = _pytest(options.pytest[1:], postgres)
    return failed or (0 if content else 1)
