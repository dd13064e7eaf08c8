"""Images that a person must look at: sealed one by one beside the packs, with proposed boxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.masking import Box
from cpms_portal.imaging.deidentification.proposing import Proposer
from cpms_portal.imaging.ingest.facts import Facts, facts_of
from cpms_portal.storage.streams import seal_stream


@dataclass(frozen=True)
class HeldInstance:
    """An image that waits. path: its sealed file; read: whether words were looked for in it."""

    path: Path
    size: int
    facts: Facts
    boxes: list[Box]
    read: bool


@dataclass
class Holding:
    """Seals images of one upload into a folder, everything but their pixels cleaned already."""

    folder: Path
    key: bytes
    label: str
    proposer: Proposer = field(default_factory=Proposer)
    count: int = 0

    def hold(self, decision: Decision) -> HeldInstance:
        """Seal an image and propose what to black out."""
        content = b"".join(decision.held or [])
        facts = facts_of(content)
        boxes, looked = self.proposer.boxes(content) if facts["pixels"] is not None else ([], False)
        path = self.folder / f"held-{self.count}"
        self.count += 1
        with path.open("wb") as out:
            size = seal_stream(self.key, self.label.encode(), [content], out)
        return HeldInstance(path, size, facts, boxes, looked)
