"""Programs of the system: found or not, fed through memory, stopped when they take too long.

An original never lies in a file in the clear: what a program must read as a file is a file in
memory (memfd), which has no name on any disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_PATIENCE = 120
_QUIET = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}


class ProgramFailedError(Exception):
    """A program is not there, took too long, or could not read what it was given."""


def program(name: str) -> str | None:
    """Return where a program of the system lies; None when it is not installed."""
    return shutil.which(name)


@contextmanager
def memory_file(content: bytes = b"") -> Iterator[int]:
    """Give a file that lies in memory only, as a descriptor; its name is ``path_of`` it."""
    descriptor = os.memfd_create("cpms", os.MFD_CLOEXEC)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def path_of(descriptor: int) -> str:
    """Return the path under which a program finds a memory file it was given."""
    return f"/proc/self/fd/{descriptor}"


def content_of(descriptor: int) -> bytes:
    """Return what lies in a memory file."""
    with open(os.dup(descriptor), "rb") as source:
        source.seek(0)
        return source.read()


def run(
    command: Sequence[str],
    content: bytes = b"",
    *,
    files: Sequence[int] = (),
    environment: dict[str, str] | None = None,
) -> bytes:
    """Return what a program says when fed ``content``; ProgramFailedError when it fails.

    files: memory files it may open.
    """
    found = program(command[0])
    if found is None:
        raise ProgramFailedError(command[0])
    try:
        # The program is one of a few named in the code; no shell, and no word comes from outside.
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
            [found, *command[1:]],
            input=content,
            capture_output=True,
            timeout=_PATIENCE,
            pass_fds=files,
            env={"PATH": os.environ.get("PATH", ""), **_QUIET, **(environment or {})},
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ProgramFailedError(command[0]) from error
    return done.stdout
