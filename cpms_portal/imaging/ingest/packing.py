"""Packs: the instances of a series, one after the other in one sealed file.

A series is a few packs, never one object for each slice. Each instance keeps where it
lies in its pack and where its pixels start, so that one frame is one ranged read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.ingest.describing import described
from cpms_portal.imaging.ingest.facts import Facts, facts_in
from cpms_portal.imaging.slides.taking import TakenSlide
from cpms_portal.imaging.slides.wsi import Tiled, tiled
from cpms_portal.storage.streams import seal_stream


@dataclass
class Pack:
    """A sealed file with instances, and beside it one with their metadata as DICOM JSON.

    tiled: levels of a slide among its instances; slide: what was made of them.
    """

    path: Path
    size: int = 0
    instances: list[Facts] = field(default_factory=list)
    metadata_size: int = 0
    tiled: list[Tiled] = field(default_factory=list)
    slide: TakenSlide | None = None

    @property
    def metadata(self) -> Path:
        """Where the metadata lies: packed lines, in the order of the instances."""
        return self.path.with_name(f"metadata-{self.path.name}")


class _Packing:
    """Fills a pack: what goes into the file, and meanwhile what is known of it."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._packer = zlib.compressobj(3)
        self._lines: list[bytes] = []

    def contents(self, decisions: Iterable[Decision]) -> Iterator[bytes]:
        """Yield the instances one by one."""
        at = 0
        for number, decision in enumerate(decisions):
            content = decision.content or b""
            file = read_file(content)
            facts = facts_in(file) | {"offset": at, "size": len(content), "line": number}
            self._pack.instances.append(facts)
            level = tiled(file, at)
            self._pack.tiled += [level] if level else []
            self._lines.append(self._packer.compress(described(file.dataset) + b"\n"))
            at += len(content)
            yield content

    def metadata(self) -> Iterator[bytes]:
        """Yield the metadata, packed."""
        yield from self._lines
        yield self._packer.flush()


def write_pack(key: bytes, label: str, path: Path, decisions: Iterable[Decision]) -> Pack:
    """Seal stored decisions into a new file, one at a time in memory, and their metadata."""
    pack = Pack(path)
    packing = _Packing(pack)
    with path.open("wb") as out:
        pack.size = seal_stream(key, label.encode(), packing.contents(decisions), out)
    with pack.metadata.open("wb") as out:
        pack.metadata_size = seal_stream(key, label.encode(), packing.metadata(), out)
    return pack
