"""Packs: the instances of a series, one after the other in one sealed file.

A series is a few packs, never one object for each slice. Each instance keeps where it
lies in its pack and where its pixels start, so that one frame is one ranged read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cpms_portal.imaging.deidentification.engine import Decision
from cpms_portal.imaging.ingest.facts import Facts, facts_of
from cpms_portal.storage.streams import seal_stream


@dataclass
class Pack:
    """A sealed file with instances. ``path`` is None after the blob took it over."""

    path: Path
    size: int = 0
    instances: list[Facts] = field(default_factory=list)


def _packed(decisions: Iterable[Decision], pack: Pack) -> Iterator[bytes]:
    at = 0
    for decision in decisions:
        content = decision.content or b""
        facts = facts_of(content)
        facts |= {"offset": at, "size": len(content)}
        pack.instances.append(facts)
        at += len(content)
        yield content


def write_pack(key: bytes, label: str, path: Path, decisions: Iterable[Decision]) -> Pack:
    """Seal stored decisions into a new file, one at a time in memory."""
    pack = Pack(path)
    with path.open("wb") as out:
        pack.size = seal_stream(key, label.encode(), _packed(decisions, pack), out)
    return pack
