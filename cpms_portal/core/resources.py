"""Content: everything in the tree is one of these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from persistent import Persistent
from pyramid.location import lineage
from pyramid.registry import Registry
from pyramid.threadlocal import get_current_registry
from substanced.content import content
from substanced.event import ObjectModified
from substanced.folder import Folder
from substanced.interfaces import IRoot
from substanced.util import find_objectmap, get_oid, wrap_if_broken
from ZODB.broken import Broken
from zope.interface import implementer

from cpms_portal.core.objectmap import LeanObjectMap, PathTuple

Found = TypeVar("Found")


class Content(Persistent):
    """Something in the tree. ``noun`` names it in permissions, workflows and the catalog."""

    noun: ClassVar[str] = "content"
    title: str = ""
    created: datetime | None = None
    __name__: str | None = None
    __parent__: Any = None
    #: Readers see it from a moment on and until another (exclusive); None is open.
    shown_from: datetime | None = None
    shown_until: datetime | None = None

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        self.title = title
        self.created = created

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """Return the oids of the nodes that bear a role here, or None to ask the object above."""
        return None

    def index_facets(self) -> dict[str, Any]:
        """Return what listings filter by: name → value or values (never identity)."""
        return {}

    def index_sorts(self) -> dict[str, Any]:
        """Return what listings sort by, over and above title and created."""
        return {}

    def index_words(self) -> str:
        """Return the words it is looked up by: what alphabetical listings show, if anything."""
        return str(self.index_sorts().get("title", ""))


def _whole(found: Any) -> Any:
    """Return what was found; what has lost its class is wrapped. It need not be loaded for that."""
    return wrap_if_broken(found) if issubclass(type(found), Broken) else found


class Container(Folder, Content):
    """Content that holds content."""

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        Folder.__init__(self)
        Content.__init__(self, title, created)

    def __getitem__(self, name: str) -> Any:
        """Return a child; KeyError when there is none. Asked all the time, so no statistics."""
        return _whole(self.data[name])

    def get(self, name: str, default: Any = None) -> Any:
        """Return a child, or the default when there is none."""
        return _whole(self.data.get(name, default))

    def add(self, name: str, other: Any, *args: Any, **kwargs: Any) -> str:
        """Seat a child under a name: it gets its oid, its path and its place in the catalog."""
        return Folder.add(self, name, other, *args, **kwargs)


@implementer(IRoot)
class Portal(Container):
    """The root of the tree."""

    noun = "portal"
    sdi_title = "CPMS"

    def __init__(self, title: str = "CPMS", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.__objectmap__ = LeanObjectMap(self)
        self.__objectmap__.add(self, ("",))

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """The portal bears the role of the site administrators."""
        return (oid_of(self),) if role == "administrator" else None


def is_shown(resource: Any, at: datetime) -> bool:
    """Say whether a moment lies in the time in which readers see a resource."""
    begins = getattr(resource, "shown_from", None)
    ends = getattr(resource, "shown_until", None)
    return (begins is None or begins <= at) and (ends is None or at < ends)


def content_type(name: str, **meta: Any) -> Callable[[type], type]:
    """Register a class as a content type of Substance D; picked up by the scan of its module."""
    return content(name, **meta)


def oid_of(resource: Any) -> int:
    """Return the object id of a seated resource; AttributeError when it has none."""
    return get_oid(resource)


def path_of(root: Any, oid: int) -> PathTuple | None:
    """Return the path of an oid, or None when nothing has it."""
    return find_objectmap(root).path_for(oid)


def paths_of(anywhere: Any, oids: Iterable[int]) -> dict[int, PathTuple]:
    """Return the paths of some oids; those that nothing has are left out."""
    known = find_objectmap(anywhere).objectid_to_path
    found = ((oid, known.get(oid)) for oid in oids)
    return {oid: path for oid, path in found if path is not None}


def resource_of(anywhere: Any, oid: int) -> Any:
    """Return the resource with an oid, or None; ``anywhere`` is any seated resource."""
    return find_objectmap(anywhere).object_for(oid)


def find_above(resource: Any, kind: type[Found]) -> Found | None:
    """Return the resource itself or the nearest one above it of a class, or None."""
    for location in lineage(resource):
        if isinstance(location, kind):
            return location
    return None


def root_of(resource: Any) -> Any:
    """Return the root of the tree a resource sits in."""
    for location in lineage(resource):
        resource = location
    return resource


def modified(resource: Any, registry: Registry | None = None) -> None:
    """Say that a resource changed, so that the catalog reads it again."""
    registry = registry or get_current_registry()
    registry.subscribers((ObjectModified(resource), resource), None)
