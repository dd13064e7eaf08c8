"""Slides of an upload: found among its files, and taken one after the other."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from cpms_portal.imaging.deidentification.identity import Finder
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.ingest.packing import Pack
from cpms_portal.imaging.ingest.sources import Entry, Source
from cpms_portal.imaging.slides.mirax import (
    MOST_IN_MEMORY,
    Words,
    begins_words,
    opened,
    part_of,
    plan_of_slide,
    words_of,
)
from cpms_portal.imaging.slides.taking import TakenSlide, may_be_slide, plan_of, sealed_slide
from cpms_portal.imaging.slides.writing import Plan, Told
from cpms_portal.imaging.slides.wsi import plan_of_pack
from cpms_portal.storage.streams import open_range

_HEAD = 512
_JPEG = b"\xff\xd8\xff"
#: Slides that are not taken, by how they begin: Hamamatsu's VMS and VMU, Zeiss' CZI.
_SEVERAL_FILES = (b"[Virtual Microscope", b"[Uncompressed Virtual Microscope")
_UNKNOWN = (*_SEVERAL_FILES, b"ZISRAWFILE")


@dataclass
class Found:
    """A slide of an upload: one file, or the words and the parts of an MRXS by their names."""

    entries: list[Entry]
    words: Words | None = None
    parts: dict[str, Entry] = field(default_factory=dict)


@dataclass
class Among:
    """The files of an upload: slides, what is withheld beside them with its reason, and others."""

    slides: list[Found] = field(default_factory=list)
    withheld: list[tuple[Entry, str]] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)


def slides_among(source: Source) -> Among:
    """Return the files that are slides or belong to one, and the others."""
    found, rest, in_pieces = Among(), [], False
    for entry in source.entries:
        head = source.head(entry, _HEAD)
        if may_be_slide(head):
            found.slides.append(Found([entry]))
        elif begins_words(head):
            found.slides.append(_with_words(source, entry))
        elif head.startswith(_UNKNOWN):
            found.withheld.append((entry, "slide_kind"))
            in_pieces |= head.startswith(_SEVERAL_FILES)
        else:
            rest.append((entry, head))
    groups = [one for one in found.slides if one.words]
    for entry, head in rest:
        if any(_joins(group, entry, head) for group in groups):
            continue
        # The picture that gives an MRXS its name shows the label, as one of a VMS does.
        if head.startswith(_JPEG) and (in_pieces or groups):
            found.withheld.append((entry, "slide_kind" if in_pieces else "slide_label"))
        else:
            found.others.append(entry)
    return found


def _with_words(source: Source, entry: Entry) -> Found:
    try:
        words = words_of(source.head(entry, 1 << 20))
    except RefusedError:
        return Found([entry])
    return Found([entry], words, {"Slidedat.ini": entry})


def _joins(group: Found, entry: Entry, head: bytes) -> bool:
    """Take a file into an MRXS when it is a part of it."""
    name = part_of(head, group.words) if group.words else ""
    if not name or name in group.parts:
        return False
    group.parts[name] = entry
    group.entries.append(entry)
    return True


@dataclass
class Bench:
    """Where slides are worked on. ``finder`` knows whom to look for."""

    key: bytes
    key_id: str
    staging: Path
    finder: Finder

    def take(self, source: Source, found: Found, told: Told) -> TakenSlide:
        """Return a slide sealed; RefusedError or WithheldError when it cannot be one."""
        path = self.staging / f"slide-{found.entries[0].number}"
        try:
            with ExitStack() as stack:
                plan = planned(source, found, self.finder, path, stack=stack)
                return sealed_slide(plan, self.key, self.key_id, path, told=told)
        except RefusedError:
            path.unlink(missing_ok=True)
            raise


def planned(source: Source, found: Found, finder: Finder, path: Path, *, stack: ExitStack) -> Plan:
    """Return what is to be stored of a slide; RefusedError or WithheldError when nothing is.

    path: beside it may lie what is needed meanwhile. stack: keeps the slide open.
    """

    def stream(entry: Entry) -> BinaryIO:
        scratch = path.with_name(f"scratch-{entry.number}")
        return stack.enter_context(source.opened(entry, scratch))

    first = found.entries[0]
    if not found.words:
        return plan_of(stream(first), first.size, finder)
    if set(found.parts) != {"Slidedat.ini", found.words.index, *found.words.files}:
        raise RefusedError("slide_parts")
    if sum(entry.size for entry in found.entries) > MOST_IN_MEMORY:
        raise WithheldError("too_large")
    files = {name: stream(entry) for name, entry in found.parts.items()}
    return plan_of_slide(stack.enter_context(opened(files, path.parent)))


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
