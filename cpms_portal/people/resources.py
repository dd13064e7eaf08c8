"""What somebody does and knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from persistent import Persistent


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
    away_until: the first day back.
    """

    professional_role: str = ""
    expertise: str = ""
    languages: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    away_until: date | None = None
    areas: Mapping[str, AreaChoice] = {}

    def chosen(self, network: str) -> AreaChoice:
        """Return what was chosen in a network."""
        return self.areas.get(network, AreaChoice())

    def is_away(self, day: date) -> bool:
        """Say whether the person is away on a day."""
        return self.away_until is not None and day < self.away_until
