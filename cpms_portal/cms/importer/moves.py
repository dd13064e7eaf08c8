"""Old addresses in files: an item that has another place there is the same item here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyramid.traversal import resource_path

from cpms_portal.cms.queries.links import standing, target_of
from cpms_portal.cms.resources import Library, LibraryItem
from cpms_portal.cms.schemas.written import MOVED
from cpms_portal.contentio.reading import check_keys, read_yaml
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.resources import oid_of


class Moves:
    """Where old addresses lead, as the file of the portal's own library says."""

    def __init__(self, root: Any, folder: Path) -> None:
        self._root = root
        self._leads = moved_in(folder)

    def leads_on(self, library: Library, name: str) -> bool:
        """Say whether what files have at a path within a library stands elsewhere in them now."""
        path = _path(library, name)
        return any(_below(path, old) is not None for old in self._leads)

    def standing(self, library: Library, name: str) -> LibraryItem | None:
        """Return what stands at a path within a library, was moved from there, or moves there."""
        found = standing(library, name)
        path = _path(library, name)
        for old, new in self._leads.items():
            rest = _below(path, new)
            if found is None and rest is not None:
                there = target_of(self._root, old + rest)
                found = there if isinstance(there, LibraryItem) else None
        return found

    def take_over(self) -> None:
        """Let the old addresses lead on here as well, where nothing stands at them."""
        moved = self._root["library"].moved
        for old, new in self._leads.items():
            target = target_of(self._root, new)
            if isinstance(target, LibraryItem) and target_of(self._root, old) is None:
                moved[old] = oid_of(target)


def moved_in(folder: Path) -> dict[str, str]:
    """Return what the file says; ConfigurationRefusedError names it."""
    path = folder / "library" / MOVED
    if not path.is_file():
        return {}
    found = read_yaml(path)
    check_keys(path, found, {"moved"})
    pairs = found["moved"]
    fine = isinstance(pairs, dict) and all(map(_is_path, [*pairs, *pairs.values()]))
    if not fine:
        raise ConfigurationRefusedError(f"{path}: addresses that begin with a slash are needed")
    return dict(pairs)


def _is_path(one: Any) -> bool:
    return isinstance(one, str) and one.startswith("/")


def _path(library: Library, name: str) -> str:
    return f"{resource_path(library).rstrip('/')}/{name}"


def _below(path: str, start: str) -> str | None:
    """Return what follows a start in a path; None for a path that is not there or below it."""
    if path == start or path.startswith(f"{start}/"):
        return path[len(start) :]
    return None
