"""What every content type of a library has: texts by language, versions, time, place, rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from BTrees.IOBTree import IOBTree
from persistent import Persistent
from persistent.mapping import PersistentMapping
from pyramid.location import lineage

from cpms_portal.core.resources import Content, oid_of
from cpms_portal.security.roles import Role

#: Roles given at a library, at a folder or at one page, for it and what stands below.
LIBRARY_ROLES = frozenset({Role.EDITOR, Role.READER, Role.REVIEWER})
#: The language a text is first written in unless its page says another.
ORIGINAL = "en"
#: What a body is kept as: CommonMark, as files of ``content/`` hold it, or the editor's HTML.
MARKDOWN, HTML = "markdown", "html"


@dataclass(frozen=True)
class GroupShare:
    """A role a whole group has here and below. group: ``role@oid`` or a system principal."""

    role: str
    group: str


class Shared:
    """What rights can be given at: people by grants of their own, groups by ``shares``."""

    shares: tuple[GroupShare, ...] = ()

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """Bear the roles of a library together with all places above, up to the library."""
        if role not in LIBRARY_ROLES:
            return None
        return tuple(oid_of(node) for node in lineage(self) if isinstance(node, Shared))

    def group_principals(self, role: str) -> Iterable[str]:
        """Return the groups that have a role here or above."""
        nodes = [node for node in lineage(self) if isinstance(node, Shared)]
        return [one.group for node in nodes for one in node.shares if one.role == role]


class PageText(Persistent):
    """What an item says in one language. Written anew at each save, never changed in place.

    text: the body. syntax: MARKDOWN or HTML. more: what only some types say in each language
    (steps, questions, chapters, transcript). imported: digest of what it was when it came from a
    file, empty when written here; read: digest of that file. version: the save it comes from.
    translates: the version of the original it says.
    """

    syntax = MARKDOWN
    summary = ""
    more: Mapping[str, Any] = {}
    read = ""
    version = 0
    translates = 0

    def __init__(
        self,
        title: str,
        text: str = "",
        imported: str = "",
        *,
        syntax: str = MARKDOWN,
        summary: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.title = title
        self.text = text
        self.imported = imported
        self.syntax = syntax
        self.summary = summary
        self.more = dict(more or {})


class Version(Persistent):
    """One save: when, by whom, of which language, and all it said then.

    about: the values that are the same in every language, as they were.
    """

    def __init__(self, number: int, at: datetime, language: str, text: PageText) -> None:
        self.number = number
        self.at = at
        self.language = language
        self.text = text
        self.about: Mapping[str, Any] = {}
        self.who = 0
        self.who_name = ""
        self.note = ""


@dataclass(frozen=True)
class Discarded:
    """Where something in the trash came from: oid of its place, its name there, when, by whom."""

    place: int
    name: str
    at: datetime
    who_name: str


class LibraryItem(Shared, Content):
    """Something published in one or more languages. ``kind`` names its type to readers and files.

    about: values that are the same in every language, as the schema of its type says; "related"
    (oids of items) of every type.
    position: its place among others, lowest first. links: what its texts lead to, oids and paths.
    copy_of: oid of the item this is a working copy of; copied_at: the version that had then.
    copied_to: oid of the working copy of it. read_from: (oid of the library, path
    within it) of all files it ever came from.
    """

    noun = "page"
    kind: ClassVar[str] = "page"
    state: str = ""
    history: tuple[Any, ...] = ()
    tags: tuple[str, ...] = ()
    position: float = 1000
    original = ORIGINAL
    about: Mapping[str, Any] = {}
    links: tuple[str, ...] = ()
    copy_of: int | None = None
    copied_at: int = 0
    copied_to: int | None = None
    read_from: frozenset[tuple[int, str]] = frozenset()
    discarded: Discarded | None = None
    changed: datetime | None = None
    version = 0
    #: Its text is that of all networks, until somebody changes it here.
    of_all_networks = False
    #: Who is editing, and drafts; beside the item, so that it is not written for them.
    editing: Any = None

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.texts: PersistentMapping = PersistentMapping()
        self.versions: Any = IOBTree()

    def write(self, language: str, text: PageText) -> None:
        """Put what it says in a language; the original gives it its title."""
        self.texts[language] = text
        if language == self.original or not self.title:
            self.title = text.title

    def text_for(self, languages: Iterable[str]) -> tuple[str, PageText]:
        """Return language and text of the first language there is, else of the original."""
        chosen = next((one for one in languages if one in self.texts), self.original)
        if chosen not in self.texts:
            chosen = min(self.texts)
        return chosen, self.texts[chosen]

    def index_facets(self) -> dict[str, Any]:
        """Items are found by type, tag, language, the place they stand in, what they lead to."""
        return {
            "kind": self.kind,
            "tag": self.tags,
            "language": tuple(self.texts),
            "in": oid_of(self.__parent__),
            "link": self.links,
            "copy_of": self.copy_of,
            "related": tuple(map(str, self.about.get("related", ()))),
        }

    def index_sorts(self) -> dict[str, Any]:
        """Items are listed as their editors placed them, by title or by the last change."""
        return {
            "title": self.title,
            "position": self.position,
            "changed": self.changed or self.created,
            "begins": self.about.get("begins"),
        }

    def index_words(self) -> str:
        """Items are looked up by the words of their titles, in every language."""
        return " ".join(text.title for text in self.texts.values())
