"""A lean object map: oid ↔ path, without the path index.

Substance D keeps, for each object, its oid once under every ancestor; with a
deep tree and many patients that is most of the cost of adding an object, and
a hot spot for writers. Paths are sorted tuples, so a subtree is one range.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from substanced.objectmap import ObjectMap

PathTuple = tuple[str, ...]


class LeanObjectMap(ObjectMap):
    """Object map whose subtree questions are range scans over the sorted paths."""

    def add(
        self, obj: Any, path_tuple: PathTuple, duplicating: bool = False, moving: bool = False
    ) -> int:
        """Give an object its oid at a path and return it; ValueError when either is taken."""
        objectid = getattr(obj, "__oid__", None)
        if objectid is None or duplicating:
            objectid = self.new_objectid()
            obj.__oid__ = objectid
        elif objectid in self.objectid_to_path:
            raise ValueError(f"objectid {objectid} already exists")
        if path_tuple in self.path_to_objectid:
            raise ValueError("path already exists")
        self.path_to_objectid[path_tuple] = objectid
        self.objectid_to_path[objectid] = path_tuple
        return objectid

    def object_for(self, objectid_or_path_tuple: Any, context: Any = None) -> Any:
        """Return an object by oid or path, or None.

        Straight down the path: the traverser of the framework makes a request for each
        object, which costs a listing more than reading it.
        """
        path = self._get_path_tuple(objectid_or_path_tuple)
        if path is None:
            return None
        found = self.root if context is None else context
        try:
            for name in path[1:]:
                found = found[name]
        except (KeyError, TypeError):  # a leaf cannot be asked for more
            return None
        return found

    def _below(self, path: PathTuple) -> Iterator[tuple[PathTuple, int]]:
        length = len(path)
        for found, oid in self.path_to_objectid.items(min=path):
            if found[:length] != path:
                return
            yield found, oid

    def remove(self, obj_objectid_or_path_tuple: Any, moving: bool = False) -> Any:
        """Forget an object and all below it; return the set of their oids."""
        path = self._get_path_tuple(obj_objectid_or_path_tuple)
        removed = self.family.IF.Set()
        for found, oid in list(self._below(path)):
            del self.path_to_objectid[found]
            del self.objectid_to_path[oid]
            removed.insert(oid)
        if not moving:
            self.referencemap.remove(removed)
        return removed

    def pathlookup(
        self, obj_or_path_tuple: Any, depth: int | None = None, include_origin: bool = True
    ) -> Any:
        """Return the set of oids at and below a path, down to a depth."""
        path = self._get_path_tuple(obj_or_path_tuple)
        result = self.family.IF.Set()
        for found, oid in self._below(path):
            level = len(found) - len(path)
            if (depth is None or level <= depth) and (include_origin or level):
                result.insert(oid)
        return result

    def pathcount(
        self, obj_or_path_tuple: Any, depth: int | None = None, include_origin: bool = True
    ) -> int:
        """Return how many objects stand at and below a path."""
        return len(self.pathlookup(obj_or_path_tuple, depth, include_origin))

    def navgen(self, obj_or_path_tuple: Any, depth: int = 1) -> list[dict[str, Any]]:
        """Return the children of a path for a navigation tree."""
        path = self._get_path_tuple(obj_or_path_tuple)
        if depth < 1:
            return []
        return [
            {"path": found, "name": found[-1], "children": self.navgen(found, depth - 1)}
            for found, _oid in list(self._below(path))
            if len(found) == len(path) + 1
        ]

    def set_acl(self, obj_objectid_or_path_tuple: Any, acl: Any) -> None:
        """Keep no copy of access lists: the portal's catalog indexes who may view."""
