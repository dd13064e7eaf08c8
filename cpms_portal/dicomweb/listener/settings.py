"""Who may send to which centre, as the settings say it: a line for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_TITLE = re.compile(r"[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?")


@dataclass(frozen=True)
class Title:
    """A name one centre listens under, and the names that may call it (PS3.8 section 9.3.2)."""

    title: str
    centre: str
    callers: frozenset[str]


@dataclass(frozen=True)
class DropFolder:
    """A folder one centre puts files into."""

    folder: Path
    centre: str


def _lines(text: str) -> list[list[str]]:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for line in lines:
        if len(line) < 2 or line[1].count("/") != 3:
            raise ValueError("a line is: name, networks/NETWORK/COUNTRY/CENTRE, who may call")
    return lines


def titles_in(text: str) -> dict[str, Title]:
    """Return the titles of lines ``TITLE networks/…/… CALLER CALLER``; ValueError otherwise."""
    found: dict[str, Title] = {}
    for name, centre, *callers in _lines(text):
        if name in found or not callers or not all(map(_TITLE.fullmatch, (name, *callers))):
            raise ValueError(f"{name}: a title of 16 letters at most, once, and who may call it")
        found[name] = Title(name, centre.strip("/"), frozenset(callers))
    return found


def folders_in(text: str) -> tuple[DropFolder, ...]:
    """Return the drop folders of lines ``/folder networks/…/…``; ValueError otherwise."""
    return tuple(DropFolder(Path(line[0]), line[1].strip("/")) for line in _lines(text))


def address_in(text: str) -> tuple[str, int]:
    """Return host and port of ``host:port``; ValueError otherwise."""
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("host:port")
    return host, int(port)
