"""What somebody does and knows, and who assists whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from persistent import Persistent
from zope.interface import implementer

from cpms_portal.core.resources import Container, Content, content_type, oid_of
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.security.roles import Role


@dataclass(frozen=True)
class AreaChoice:
    """The thematic areas of one network, by id: where a specialist, where glad to take part."""

    specialist: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every area chosen, once."""
        return tuple(dict.fromkeys(self.specialist + self.wishes))


class Profile(Persistent):
    """The profile of a person; kept on ``person.profile``.

    languages: ISO 639-1. diagnoses: ORPHA codes. areas: slug of a network → what was chosen.
    away_from, away_until: the first day away and the first day back. availability: ``open``,
    ``urgent`` (urgent panels alone) or ``none`` (no new panels now).
    """

    professional_role: str = ""
    expertise: str = ""
    languages: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    away_from: date | None = None
    away_until: date | None = None
    availability: str = "open"
    areas: Mapping[str, AreaChoice] = {}

    def chosen(self, network: str) -> AreaChoice:
        """Return what was chosen in a network."""
        return self.areas.get(network, AreaChoice())

    def is_away(self, day: date) -> bool:
        """Say whether the person is away on a day."""
        if self.away_until is None or day >= self.away_until:
            return False
        return self.away_from is None or self.away_from <= day


@content_type("Delegations")
@implementer(IPassage)
class Delegations(Container):
    """Who of a centre assists whom."""

    noun = "delegations"


@content_type("Delegation")
class Delegation(Content):
    """An assistant who acts on behalf of a clinician of the same centre. Both are oids."""

    noun = "delegation"
    state: str = ""
    history: tuple[Any, ...] = ()

    def __init__(self, assistant: Any, clinician: Any, created: datetime | None = None) -> None:
        super().__init__(assistant.title, created)
        self.assistant = oid_of(assistant)
        self.clinician = oid_of(clinician)

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """It is the assistant's own, and in the clinician's charge."""
        own = {Role.HOLDER: self.assistant, Role.OWNER: self.clinician}
        return (own[Role(role)],) if role in own else None

    def index_facets(self) -> dict[str, Any]:
        """It is found by both."""
        return {"assistant": self.assistant, "clinician": self.clinician}
