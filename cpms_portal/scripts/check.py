"""Look at the code without running it: ruff, mypy and the rules of the architecture."""

from __future__ import annotations

import argparse
import subprocess

from cpms_portal.scripts._project import program, project_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def static_checks() -> bool:
    """Run ruff and mypy; True when both are content."""
    commands = (
        [program("ruff"), "check", "--quiet", "."],
        [program("mypy"), "--no-error-summary"],
    )
    return not sum(
        subprocess.run(command, cwd=project_folder(), check=False).returncode
        for command in commands
    )


def run(options: argparse.Namespace) -> int:
    """Run all three, even when the first complains."""
    content = static_checks()
    rules = subprocess.run(
        [program("pytest"), "-q", "tests/architecture"], cwd=project_folder(), check=False
    )
    return 0 if content and rules.returncode == 0 else 1
