"""What a store of presentations offers; one on a network server would offer the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

#: Seconds after which somebody who says nothing is taken to be gone.
LEADER_GONE = 40.0
LOOKER_GONE = 15.0


@dataclass(frozen=True)
class Presentation:
    """What is shared in a panel now.

    number: grows with every change. leader: oid of the person, 0 for nobody. state: what the
    leader sees, empty before the first message. lookers: oid → whether they follow.
    """

    number: int = 0
    leader: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    lookers: dict[int, bool] = field(default_factory=dict)


class IPresentations(Protocol):
    """Presentations by panel. Times are seconds since 1970; whoever is silent too long is gone."""

    def find(self, panel: int, at: float) -> Presentation:
        """Return what is shared in a panel."""

    def lead(self, panel: int, person: int, at: float) -> None:
        """Let a person lead, instead of whoever did."""

    def show(self, panel: int, person: int, state: dict[str, Any], at: float) -> bool:
        """Share what the leader sees; False when this person does not lead."""

    def let_go(self, panel: int, person: int, at: float) -> None:
        """Stop leading, if this person does."""

    def look(self, panel: int, person: int, at: float, *, following: bool) -> None:
        """Say that a person looks, and whether they follow."""
