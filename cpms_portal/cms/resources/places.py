"""Where items stand: libraries, folders and the trash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from persistent import Persistent
from persistent.mapping import PersistentMapping
from ZODB.blob import Blob

from cpms_portal.cms.resources.items import IOBTree, LibraryItem, Shared
from cpms_portal.core.resources import Container, content_type

#: The name of the trash in its library.
TRASH = "trash"


@content_type("Library")
class Library(Shared, Container):
    """What the portal, or one network, publishes.

    moved: on the portal's own library alone, old path → oid of what stood there.
    removed: paths within it of what was removed for good, which files do not bring back;
    removed_taken: those of them that only a file named; removed_read: digest of that file.
    sent: oid of a person → files they sent and did not confirm or drop yet.
    """

    noun = "library"
    state: str = ""
    history = ()
    last_position = 1000.0
    removed: frozenset[str] = frozenset()
    removed_taken: frozenset[str] = frozenset()
    removed_read = ""
    sent: LOBTree | None = None
    #: Drafts of new items; beside the library, so that it is not written for them.
    editing: Any = None

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.moved: OOBTree = OOBTree()


class SentFiles(Persistent):
    """Files of a library that somebody sent back, as one ZIP, until they confirm or drop them."""

    def __init__(self, name: str, at: datetime) -> None:
        self.name = name
        self.at = at
        self.blob = Blob()


@content_type("LibraryFolder")
class LibraryFolder(LibraryItem, Container):
    """A folder of a library; it is an item itself: it has texts, a state, rights."""

    kind = "folder"
    last_position = 1000.0

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        Container.__init__(self, title, created)
        self.texts = PersistentMapping()
        self.versions = IOBTree()


@content_type("Trash")
class Trash(Shared, Container):
    """What was thrown away in a library, each under a random name, until it is restored."""

    noun = "trash"
    state: str = ""
    history = ()
