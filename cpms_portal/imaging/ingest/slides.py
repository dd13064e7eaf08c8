"""Slides of an upload: found among its files, and taken one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cpms_portal.imaging.deidentification.identity import Finder
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.ingest.packing import Pack
from cpms_portal.imaging.ingest.sources import Entry, Source
from cpms_portal.imaging.slides.taking import TakenSlide, may_be_slide, plan_of, sealed_slide
from cpms_portal.imaging.slides.writing import Told
from cpms_portal.imaging.slides.wsi import plan_of_pack
from cpms_portal.storage.streams import open_range

_HEAD = 132


def slides_among(source: Source) -> tuple[list[Entry], list[Entry]]:
    """Return the files that begin like slides, and the others."""
    slides: list[Entry] = []
    others: list[Entry] = []
    for entry in source.entries:
        (slides if may_be_slide(source.head(entry, _HEAD)) else others).append(entry)
    return slides, others


@dataclass
class Bench:
    """Where slides are worked on. ``finder`` knows whom to look for."""

    key: bytes
    key_id: str
    staging: Path
    finder: Finder

    def take(self, source: Source, entry: Entry, told: Told) -> TakenSlide:
        """Return a file as a sealed slide; RefusedError or WithheldError when it cannot be one."""
        path = self.staging / f"slide-{entry.number}"
        with source.opened(entry, path.with_suffix(".scratch")) as stream:
            try:
                plan = plan_of(stream, entry.size, self.finder)
                return sealed_slide(plan, self.key, self.key_id, path, told=told)
            except RefusedError:
                path.unlink(missing_ok=True)
                raise


def pack_slide(pack: Pack, key: bytes, label: str) -> None:
    """Make the slide of a pack whose instances are levels of one: ``pack.slide``."""
    if not pack.tiled:
        return
    path = pack.path.with_name(f"slide-{pack.path.name}")
    with pack.path.open("rb") as source:

        def read(place: int, length: int) -> bytes:
            return b"".join(
                open_range(key, label.encode(), source, pack.size, start=place, length=length)
            )

        try:
            plan = plan_of_pack(pack.tiled, read)
            if plan:
                taken = sealed_slide(plan, key, label, path, told=lambda done, total: None)
                # What lies beside a pack says nothing of its pixels: two may have it alike.
                first = pack.instances[0]["uid"]
                pack.slide = replace(taken, digest=f"{first}/{taken.digest}")
        except RefusedError:
            # It stays a series that can be fetched; only the slide viewer cannot show it.
            path.unlink(missing_ok=True)
    pack.tiled = []
