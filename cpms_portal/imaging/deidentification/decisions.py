"""Decisions: what becomes of one file, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cpms_portal.imaging.deidentification.reasons import TEXTS
from cpms_portal.imaging.deidentification.writer import Chunks, size_of


@dataclass(slots=True)
class Decision:
    """What was decided on one file.

    status: "stored", "withheld" or "refused". code: why, a key of reasons.TEXTS; empty
    when stored. chunks: the new file in pieces. counts: what was removed, emptied,
    replaced, cleaned, moved, and how many UIDs were mapped. held: the new file of one that
    is withheld until a person decides. extension: of a document, which may have changed.
    head: slices of a head, whose face somebody has to be asked about.
    """

    status: str
    code: str = ""
    chunks: Chunks | None = None
    counts: Counter[str] = field(default_factory=Counter)
    held: Chunks | None = None
    extension: str = ""
    head: bool = False

    @property
    def reason(self) -> str:
        """Why, as a translatable sentence."""
        return TEXTS.get(self.code, "")

    @property
    def content(self) -> bytes | None:
        """The new file as a whole; None unless stored."""
        return None if self.chunks is None else b"".join(self.chunks)

    @property
    def size(self) -> int:
        """How many bytes the new file has."""
        return size_of(self.chunks or [])
