"""Desks and tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cpms_portal.core.resources import Container, Content, content_type, oid_of, resource_of
from cpms_portal.security.roles import Role


@dataclass(frozen=True)
class Message:
    """One thing said in a ticket. who: oid, 0 for a visitor. text: empty once it was blanked."""

    at: datetime
    who: int
    who_name: str
    text: str
    from_team: bool
    blanked: bool = False


@dataclass(frozen=True)
class Visitor:
    """Who asks without an account; also a place where a mail can go."""

    name: str
    mail: str
    language: str


@content_type("Support")
class Support(Container):
    """The desk of the portal or of a network, with its tickets."""

    noun = "support"


@content_type("Ticket")
class Ticket(Content):
    """A question and its answers. topic: a key of ``interfaces.TOPICS``.

    person: oid of who asks, 0 for a visitor. messages: oldest first.
    """

    noun = "ticket"
    state: str = ""
    history: tuple[Any, ...] = ()
    messages: tuple[Message, ...] = ()
    visitor: Visitor | None = None

    def __init__(self, topic: str, person: int, created: datetime | None = None) -> None:
        super().__init__("", created)
        self.topic = topic
        self.person = person

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A ticket is its author's; that of a visitor belongs to who holds its link."""
        return (self.person or oid_of(self),) if role == Role.AUTHOR else None

    def author(self) -> Any:
        """Return the person or visitor who asks; None when the account is gone."""
        return resource_of(self, self.person) if self.person else self.visitor

    def index_facets(self) -> dict[str, Any]:
        """Tickets are found by who asks."""
        return {"person": self.person} if self.person else {}

    def index_sorts(self) -> dict[str, Any]:
        """Tickets are listed by the last thing said."""
        return {"changed": self.messages[-1].at if self.messages else self.created}

    def index_words(self) -> str:
        """Nothing that was typed is looked up."""
        return ""
