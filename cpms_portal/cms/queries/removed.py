"""What the office removed, by the names files of ``content/`` have: they do not bring it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cpms_portal.cms.resources import TRASH, Library, LibraryFolder, LibraryItem
from cpms_portal.core.resources import oid_of
from cpms_portal.networks.queries import networks_of

#: Library (oid) and path within it.
Named = tuple[int, str]


def names_of_removed(item: LibraryItem) -> Iterator[Named]:
    """Yield where an item, and all in it, was read from, wherever the office moved it since."""
    yield from item.read_from
    if isinstance(item, LibraryFolder):
        for child in item.values():
            yield from names_of_removed(child)


def all_removed(root: Any) -> frozenset[Named]:
    """Return what stands in a trash, or was removed from one for good, of all libraries."""
    found: set[Named] = set()
    for library in [root["library"], *(one["library"] for one in networks_of(root))]:
        found.update((oid_of(library), name) for name in library.removed)
        for item in library.get(TRASH, {}).values():
            found.update(names_of_removed(item))
    return frozenset(found)


def was_removed(removed: frozenset[Named], library: Library, name: str) -> bool:
    """Say whether a path within a library, or a folder above it, is among what was removed."""
    parts = name.split("/")
    above = ("/".join(parts[:length]) for length in range(1, len(parts) + 1))
    return any((oid_of(library), one) in removed for one in above)
