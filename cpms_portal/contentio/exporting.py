"""Write the content of the portal as files, and say what differs from those there are.

What was read from a file is remembered by its digest: so one can tell who changed it since, the
office on the site, somebody in the files, or both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from persistent.mapping import PersistentMapping

from cpms_portal.contentio.registration import exporters
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _

#: Under this key the root of the database keeps what each file was when it was last the same.
SAME = "content_files"


#: The files of libraries and consent forms.
FILES = (
    *("library/**/*.md", "networks/*/library/**/*.md", "consent_forms/*.yaml"),
    *("library/removed.yaml", "networks/*/library/removed.yaml", "library/moved.yaml"),
)


class Change(StrEnum):
    """How a file and what the portal says differ."""

    HERE = "changed here"
    GONE = "moved or removed here"
    FILES = "changed in the files"
    BOTH = "changed in both"
    NEW_HERE = "only here"
    NEW_FILES = "only in the files"


@dataclass(frozen=True)
class Difference:
    """A file that differs."""

    path: str
    change: Change


def exported(root: Any, actor: Actor) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file the portal would write."""
    for _name, exporter, _written in exporters(actor.registry):
        yield from exporter(root, actor)


def export_content(root: Any, folder: Path, actor: Actor) -> int:
    """Write the files that differ into a folder; return how many. Nothing is removed.

    What was written is remembered where it came from: removed for good later, it stays away.
    """
    written = 0
    for name, content in exported(root, actor):
        path = _inside(folder, name)
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written += 1
    for _name, _exporter, note in exporters(actor.registry):
        if note is not None:
            note(root, actor)
    return written


def remove_gone(top: Any, root: Any, folder: Path, actor: Actor) -> int:
    """Remove the files of what was moved or removed here, where nobody changed them since.

    top: the root of the database. Returns how many were removed.
    """
    kept = top.get(SAME, {})
    gone = set(kept) - {name for name, _content in exported(root, actor)}
    removed = [name for name in gone if _is_as_kept(_inside(folder, name), kept[name])]
    for name in removed:
        _inside(folder, name).unlink()
        del kept[name]
    return len(removed)


def _is_as_kept(path: Path, digest: str) -> bool:
    return path.is_file() and _digest(path.read_bytes()) == digest


def remember(top: Any, root: Any, folder: Path, actor: Actor) -> None:
    """Note which files say the same as the portal now. top: the root of the database."""
    kept = top.get(SAME)
    if kept is None:
        kept = top[SAME] = PersistentMapping()
    for name, content in exported(root, actor):
        path, digest = _inside(folder, name), _digest(content)
        if kept.get(name) != digest and path.is_file() and _digest(path.read_bytes()) == digest:
            kept[name] = digest


def differences(top: Any, root: Any, folder: Path, actor: Actor) -> list[Difference]:
    """Return what differs between the portal and a folder, by path."""
    kept, found, seen = top.get(SAME, {}), [], set()
    for name, content in exported(root, actor):
        seen.add(name)
        change = _change(_inside(folder, name), _digest(content), kept.get(name))
        if change is not None:
            found.append(Difference(name, change))
    for name in sorted(set(_files_of(folder)) - seen):
        found.append(Difference(name, _gone(folder / name, kept.get(name))))
    return sorted(found, key=lambda one: one.path)


def _files_of(folder: Path) -> Iterator[str]:
    """Yield the files that belong to libraries and consent forms."""
    for pattern in FILES:
        yield from (path.relative_to(folder).as_posix() for path in folder.glob(pattern))


def _gone(path: Path, base: str | None) -> Change:
    """Return how a file differs that the portal would not write."""
    if base is None:
        return Change.NEW_FILES
    return Change.GONE if _is_as_kept(path, base) else Change.BOTH


def _change(path: Path, here: str, base: str | None) -> Change | None:
    if not path.is_file():
        return Change.NEW_HERE if base is None else Change.FILES
    there = _digest(path.read_bytes())
    if there == here:
        return None
    if here == base:
        return Change.FILES
    return Change.HERE if there == base else Change.BOTH


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _inside(folder: Path, name: str) -> Path:
    """Return a path within a folder; a name that leads out of it is refused."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueRefusedError(_("This name leads out of the folder."))
    return path
