"""Comments of a library, and the voices of its readers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from BTrees.Length import Length
from BTrees.LOBTree import LOBTree, LOTreeSet
from persistent import Persistent

from cpms_portal.core.resources import Container, Content, content_type
from cpms_portal.security.roles import Role


class Voices(Persistent):
    """How many found an item helpful and how many did not; adding never collides."""

    def __init__(self) -> None:
        self.helpful = Length()
        self.unhelpful = Length()


@content_type("Comments")
class Comments(Container):
    """The comments on the items of a library, and the voices.

    open: oids of the items readers may comment on. voices: oid of an item → its voices.
    """

    noun = "comments"

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.open: Any = LOTreeSet()
        self.voices: Any = LOBTree()


@content_type("Comment")
class Comment(Content):
    """What a reader says about an item. item: its oid. person: who says it."""

    noun = "comment"
    state: str = ""
    history: tuple[Any, ...] = ()

    def __init__(self, item: int, person: int, text: str, created: datetime | None = None) -> None:
        super().__init__("", created)
        self.item = item
        self.person = person
        self.text = text
        self.who_name = ""

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A comment is its author's own."""
        return (self.person,) if role == Role.AUTHOR else None

    def index_facets(self) -> dict[str, Any]:
        """Comments are found by what they are about."""
        return {"item": self.item}

    def index_words(self) -> str:
        """Comments are not looked up."""
        return ""
