"""Passwords that stand in a list of breached ones, on this machine: none leaves it to be asked.

The list is a file as Have I Been Pwned gives it out: the SHA-1 digest of a password in capital
hex, a colon and how often it was seen, one a line, in order. It is searched where it lies.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pyramid.registry import Registry

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.settings import setting

LINE = re.compile(rb"[0-9A-F]{40}(:[0-9]+)?\r?\n?")
SETTING = "cpms.identity.breached_passwords"


def breached_list(text: str) -> Path | None:
    """Return the file a setting names; ConfigurationRefusedError when it is no such list."""
    if not text.strip():
        return None
    path = Path(text.strip())
    try:
        with path.open("rb") as file:
            first = file.readline(200)
    except OSError as error:
        raise ConfigurationRefusedError(f"{SETTING}: {path} cannot be read") from error
    if not LINE.fullmatch(first):
        raise ConfigurationRefusedError(f"{SETTING}: {path}: lines must be SHA-1:COUNT, in order")
    return path


def is_listed(path: Path, password: str) -> bool:
    """Say whether a password stands in a list; reads about as many lines as it has digits."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        while low < high:
            middle = (low + high) // 2
            line = _line_from(file, middle)
            if line[:40] == wanted:
                return True
            if line and line[:40] < wanted:
                low = middle + 1
            else:
                high = middle
    return False


def _line_from(file: BinaryIO, place: int) -> bytes:
    """Return the first line that begins at a place or behind it; empty behind the last."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    return file.readline()


def breached(registry: Registry) -> Callable[[str], bool]:
    """Return who says whether a password is known from a breach; nobody's is without a list."""
    path = setting(registry, SETTING)
    return lambda password: path is not None and is_listed(path, password)
