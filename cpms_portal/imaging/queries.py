"""Questions about studies: who holds one, what is in its series, the bytes of an instance."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pyramid.location import lineage
from pyramid.registry import Registry

from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.heads import NOT_SHOWN
from cpms_portal.imaging.deidentification.returning import Given
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.interfaces import IStudyHolder
from cpms_portal.imaging.resources import STUDIES, Series, Slide, Study
from cpms_portal.imaging.slides.pyramid import HEADER, Level, Pyramid
from cpms_portal.imaging.slides.writing import header_of
from cpms_portal.storage.blobs import SealedBlob
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.sealing import open_json

#: What the reports of a study are sealed under.
REPORTS = "reports"
#: Said of a study of a head until somebody answers.
ASKED = "asked"
NOT_VISIBLE = "not_visible"
FACE_ANSWERS = {
    NOT_VISIBLE: _("No: from these slices no face can be drawn."),
    "needed": _("Yes, and the face is needed to answer the question."),
    "accepted": _("Yes. The patient knows that the face can be seen, and agreed."),
}


_FACE_SHOWN, _FACE_NOT_SHOWN = (
    b'"00280302":{"vr":"CS","Value":["%s"]}' % said for said in (b"YES", b"NO")
)


@dataclass(frozen=True)
class SeriesIndex:
    """The opened index of a series; ``instances`` in the order they came."""

    uid: str
    description: str
    number: int | None
    instances: tuple[Facts, ...]

    def in_order(self) -> list[int]:
        """Return the places of the instances as one slices through them.

        Along the normal of the plane when every slice says where it lies and no two lie
        at the same place, else by InstanceNumber.
        """
        places = [facts.get("along") for facts in self.instances]
        spatial = None not in places and len(set(places)) == len(places)

        def key(at: int) -> tuple[float, int]:
            facts = self.instances[at]
            number = facts.get("number")
            return (facts["along"] if spatial else 0.0, number if number is not None else at)

        return sorted(range(len(self.instances)), key=key)


def holder_of(resource: Any) -> Any:
    """Return the nearest holder of studies above a resource; LookupError when there is none."""
    for location in lineage(resource):
        if IStudyHolder.providedBy(location):
            return location
    raise LookupError("no study holder above")


def studies_of(holder: Any) -> list[Study]:
    """Return the studies of a holder, the latest first."""
    found = [study for study in holder.get(STUDIES, {}).values() if isinstance(study, Study)]
    return sorted(found, key=lambda study: str(study.created or ""), reverse=True)


def studies_beside_slides(holder: Any) -> list[Study]:
    """Return the studies of a holder that are not seen as slides already, the latest first."""
    seen = {slide.study for slide in slides_of(holder)}
    return [
        study
        for study in studies_of(holder)
        if study.__name__ not in seen or study.modalities != ["SM"]
    ]


def slides_of(holder: Any) -> list[Slide]:
    """Return the slides of a holder, the latest first."""
    found = [slide for slide in holder.get(STUDIES, {}).values() if isinstance(slide, Slide)]
    return sorted(found, key=lambda slide: str(slide.created or ""), reverse=True)


def pyramid_of(registry: Registry, slide: Slide) -> Pyramid:
    """Return the levels of a slide; KeyDestroyedError after erasure."""
    # The key is asked for each time: after an erasure nothing may come from memory.
    keyring(registry).key(slide.key_id)
    found = _pyramids.get(slide.sealed)
    if found is None:
        found = Pyramid.from_json(open_json(registry, slide.key_id, "slide", slide.sealed))
        if len(_pyramids) >= _MOST_PYRAMIDS:
            _pyramids.clear()
        _pyramids[slide.sealed] = found
    return found


_MOST_PYRAMIDS = 64
_pyramids: dict[bytes, Pyramid] = {}


def tile_of(registry: Registry, slide: Slide, level: Level, number: int) -> bytes:
    """Return a stored tile bit by bit: three short ranged reads; empty where there is none."""

    def read(pack: int, place: int, length: int) -> bytes:
        start = place - (HEADER if pack == -1 else 0)
        return b"".join(slide.packs[pack].read_range(registry, start, length))

    offset = int.from_bytes(read(-1, level.offsets + 8 * number, 8), "little")
    count = int.from_bytes(read(-1, level.counts + 4 * number, 4), "little")
    return read(level.pack, offset, count) if count else b""


def array_reader(registry: Registry, blob: SealedBlob) -> Callable[[int, int], bytes]:
    """Return what reads the file with the arrays of a slide, by place and length."""

    def read(place: int, length: int) -> bytes:
        return b"".join(blob.read_range(registry, place - HEADER, length))

    return read


def slide_file(registry: Registry, slide: Slide) -> Iterator[bytes]:
    """Return a slide that is no DICOM as a BigTIFF, piece by piece."""
    return chain((header_of(pyramid_of(registry, slide)),), slide.packs[-1].read(registry))


def folded_index(index: SeriesIndex) -> dict[str, Any]:
    """Return an index as it is stored: what all instances share is written once."""
    first = index.instances[0] if index.instances else {}
    shared = {
        name: value
        for name, value in first.items()
        if all(facts.get(name) == value for facts in index.instances)
    }
    own = [
        {name: value for name, value in facts.items() if name not in shared}
        for facts in index.instances
    ]
    return {
        "uid": index.uid,
        "description": index.description,
        "number": index.number,
        "shared": shared,
        "instances": own,
    }


class _OpenIndexes:
    """The indexes opened last; a sealed value never changes, so it is its own key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[bytes, SeriesIndex] = {}

    def get(self, registry: Registry, key_id: str, series: Series) -> SeriesIndex:
        """Return the opened index of a series."""
        # The key is asked for each time: after an erasure nothing may come from memory.
        keyring(registry).key(key_id)
        found = self._open.get(series.sealed)
        if found is None:
            stored = open_json(registry, key_id, series.field, series.sealed)
            instances = tuple(stored["shared"] | own for own in stored["instances"])
            found = SeriesIndex(stored["uid"], stored["description"], stored["number"], instances)
            if len(self._open) >= self._most:
                self._open.clear()
            self._open[series.sealed] = found
        return found


_indexes = _OpenIndexes(32)


def index_of(registry: Registry, study: Study, series: Series) -> SeriesIndex:
    """Return the opened index of a series; KeyDestroyedError after erasure."""
    return _indexes.get(registry, study.key_id, series)


def seen_of(index: SeriesIndex) -> list[tuple[int, int]]:
    """Return what can be seen of a series in slicing order: instance and frame."""
    return [
        (at, frame)
        for at in index.in_order()
        if index.instances[at].get("pixels") is not None
        for frame in range(max(index.instances[at].get("frames") or 1, 1))
    ]


def about(registry: Registry, study: Study) -> dict[str, str]:
    """Return the description and the moved date of a study."""
    return open_json(registry, study.key_id, "about", study.about) or {}


def reports_of(registry: Registry, study: Study) -> list[dict[str, Any]]:
    """Return the reports of the uploads that brought a study, the oldest first."""
    return open_json(registry, study.key_id, REPORTS, study.reports) or []


def known_uids(registry: Registry, holder: Any) -> frozenset[str]:
    """Return the mapped UIDs of every instance a holder has."""
    return frozenset(
        facts["uid"]
        for study in studies_of(holder)
        for series in study.series.values()
        for facts in index_of(registry, study, series).instances
    )


def given_in(registry: Registry, holder: Any) -> Given:
    """Return what the portal gave in a holder's studies: UIDs of objects and spaces, and days."""
    uids: set[str] = set()
    days: set[str] = set()
    for study in studies_of(holder):
        uids.add(study.study_uid)
        for series in study.series.values():
            index = index_of(registry, study, series)
            uids.add(index.uid)
            for facts in index.instances:
                uids.update((facts["uid"], facts.get("frame_of_reference") or facts["uid"]))
                days.update(facts.get("days") or ())
    return Given(frozenset(uids), frozenset(days))


def instance_bytes(
    registry: Registry, series: Series, facts: Facts, start: int = 0, length: int | None = None
) -> bytes:
    """Return the bytes of an instance, or a range of them: one ranged read, opened."""
    size = facts["size"] if length is None else length
    parts = series.packs[facts["pack"]].read_range(registry, facts["offset"] + start, size)
    return as_answered(series, facts, b"".join(parts), start)


def as_answered(series: Series, facts: Facts, content: bytes, start: int = 0) -> bytes:
    """Return bytes of an instance with what was answered about its face (0028,0302).

    start: where the bytes begin in the instance.
    """
    at = facts.get("face", -1) - start
    if not series.faceless or at < 0 or at + len(NOT_SHOWN) > len(content):
        return content
    return content[:at] + NOT_SHOWN + content[at + len(NOT_SHOWN) :]


def metadata_of(registry: Registry, study: Study, series: Series) -> list[bytes]:
    """Return the DICOM JSON of each instance of a series, in the order of its index."""
    packs = [
        zlib.decompress(b"".join(blob.read(registry))).split(b"\n") for blob in series.metadata
    ]
    instances = index_of(registry, study, series).instances
    lines = [packs[facts["pack"]][facts["line"]] for facts in instances]
    return [line_as_answered(series, line) for line in lines]


def line_as_answered(series: Series, line: bytes) -> bytes:
    """Return DICOM JSON of an instance with what was answered about its face."""
    return line.replace(_FACE_SHOWN, _FACE_NOT_SHOWN, 1) if series.faceless else line


def files_of(registry: Registry, study: Study) -> Iterator[bytes]:
    """Yield every stored instance of a study as a DICOM file."""
    for series in study.series.values():
        for facts in index_of(registry, study, series).instances:
            yield instance_bytes(registry, series, facts)
