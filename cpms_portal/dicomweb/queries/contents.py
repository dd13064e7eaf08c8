"""The content of instances as programs get it: whole, frames, large values."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from cpms_portal.dicomweb.queries.cases import NotThereError, Shelf
from cpms_portal.dicomweb.wire.accepting import Choice
from cpms_portal.dicomweb.wire.syntaxes import OCTETS, stored_frame
from cpms_portal.dicomweb.wire.transcoding import frame_bits, in_syntax, plain_frames
from cpms_portal.imaging.deidentification.elements import Dataset, Element
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.syntaxes import EXPLICIT
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.queries import as_answered, instance_bytes
from cpms_portal.imaging.resources import Series

_LARGEST_FRAME = 1024 * 1024 * 1024


def syntaxes_of(shelves: list[Shelf]) -> set[str]:
    """Return the transfer syntaxes of all instances of some series."""
    return {facts["syntax"] for shelf in shelves for facts in shelf.index.instances}


def whole_instances(shelves: list[Shelf]) -> Iterator[tuple[Facts, bytes]]:
    """Return every instance of some series, one at a time in memory.

    Files and keys are taken at once: the answer is sent after the connection was closed.
    """
    packs = []
    for shelf in shelves:
        registry = shelf.case.registry
        for number, pack in enumerate(shelf.series.packs):
            inside = [facts for facts in shelf.index.instances if facts["pack"] == number]
            parts = pack.read(registry)
            packs.append((parts, sorted(inside, key=itemgetter("offset")), shelf.series))
    return _one_by_one(packs)


def _one_by_one(
    packs: list[tuple[Iterator[bytes], list[Facts], Series]],
) -> Iterator[tuple[Facts, bytes]]:
    for parts, inside, series in packs:
        held, at = bytearray(), 0
        for facts in inside:
            start, end = facts["offset"], facts["offset"] + facts["size"]
            while at + len(held) < end:
                held += next(parts)
            yield facts, as_answered(series, facts, bytes(held[start - at : end - at]))
            del held[: end - at]
            at = end


def one_instance(shelf: Shelf, facts: Facts) -> bytes:
    """Return an instance as it lies here."""
    return instance_bytes(shelf.case.registry, shelf.series, facts)


def sent_instance(facts: Facts, content: bytes, choice: Choice) -> tuple[str, bytes]:
    """Return the content type and the bytes of an instance in the chosen form."""
    syntax = choice.offer.syntax or facts["syntax"]
    content = in_syntax(content, facts["syntax"], syntax)
    return f"application/dicom; transfer-syntax={syntax}", content


def frames_in(
    shelf: Shelf, facts: Facts, numbers: list[int], choice: Choice
) -> Iterator[tuple[str, bytes]]:
    """Yield the content type and the bytes of frames, counted from 1."""
    if not numbers or facts.get("pixels") is None:
        raise NotThereError
    if any(not 1 <= number <= max(facts.get("frames") or 1, 1) for number in numbers):
        raise NotThereError
    kind = f"{choice.offer.kind}; transfer-syntax={choice.offer.syntax}"
    direct = (facts["pixels"] or 0) > 0 and frame_bits(facts) % 8 == 0
    if choice.offer.kind == OCTETS and direct:
        return ((kind, frame) for frame in _native(shelf, facts, numbers))
    content = one_instance(shelf, facts)
    if choice.offer.kind == OCTETS and choice.offer.syntax == EXPLICIT:
        return ((kind, plain_frames(content, facts, [n - 1])[0]) for n in numbers)
    return ((kind, stored_frame(content, facts, number - 1)) for number in numbers)


def _native(shelf: Shelf, facts: Facts, numbers: list[int]) -> Iterator[bytes]:
    """Return frames that lie here uncompressed: one ranged read at once, bit for bit."""
    length, first = frame_bits(facts) // 8, min(numbers)
    whole = length * (max(numbers) - first + 1)
    if not 0 < length <= _LARGEST_FRAME:
        raise NotThereError
    start = facts["pixels"] + (first - 1) * length
    content = memoryview(instance_bytes(shelf.case.registry, shelf.series, facts, start, whole))
    return (bytes(content[(n - first) * length : (n - first + 1) * length]) for n in numbers)


def large_value(shelf: Shelf, facts: Facts, place: str) -> bytes:
    """Return a value the metadata only names: ``7FE00010`` or ``54000100.0.54001010``."""
    level: Dataset = read_file(one_instance(shelf, facts)).dataset
    *outer, last = place.split(".")
    try:
        for tag, number in zip(outer[::2], outer[1::2], strict=True):
            level = _items(level.find(int(tag, 16)))[int(number)]
        element = level.find(int(last, 16))
    except (ValueError, IndexError) as error:
        raise NotThereError from error
    if element is None or element.items is not None:
        raise NotThereError
    return element.raw


def _items(element: Element | None) -> list[Any]:
    if element is None or element.items is None:
        raise NotThereError
    return element.items
