"""Write requirements/lock.txt anew from run.in and test.in (--upgrade: newest versions)."""

from __future__ import annotations

import argparse
import subprocess

from cpms_portal.scripts._project import program, project_folder

COMMAND = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    # The lock says what and how it must look like, never where it comes from.
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--output-file=lock.txt",
    "run.in",
    "test.in",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take --upgrade."""
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")


def run(options: argparse.Namespace) -> int:
    """Run pip-compile; takes two minutes."""
    upgrade = ["--upgrade"] if options.upgrade else []
    command = [program("pip-compile"), *upgrade, *COMMAND]
    return subprocess.run(command, cwd=project_folder() / "requirements", check=False).returncode
