"""What goes out to a source, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cpms_portal.core.errors import CPMSError


class SourceRefusedError(CPMSError):
    """A source did not say who it is, or what came is not its answer. ``why``: a short code."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Errand:
    """What a browser is sent to a source for.

    state: signed and bound to the browser. secret: only this portal can work it out from the
    state. back: the address the source sends the browser to. afresh: whoever it is must show it
    again now, since ``begun``.
    """

    state: str
    secret: str
    back: str
    begun: datetime
    afresh: bool = False


@dataclass(frozen=True)
class Said:
    """What a source says of somebody.

    subject: its name for them, for good. session: its name for this sign-in. levels: how strong
    the proof was, in the words of the source. mail: empty unless the source has verified it. hint:
    what the source wants to see again when this sign-in ends there; never shown.
    """

    source: str
    subject: str
    session: str = ""
    levels: frozenset[str] = frozenset()
    mail: str = ""
    first_name: str = ""
    last_name: str = ""
    hint: str = field(default="", repr=False)
