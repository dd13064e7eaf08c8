"""What a program may ask about: one patient, and the studies, series and instances of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.queries import (
    SeriesIndex,
    index_of,
    line_as_answered,
    metadata_of,
    studies_of,
)
from cpms_portal.imaging.resources import Series, Study
from cpms_portal.patients.resources import Patient


class NotThereError(CPMSError):
    """There is no such study, series or instance in this case."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is nothing at this address, or nothing that you may see."))


@dataclass(frozen=True)
class Case:
    """One patient as programs ask about it. base: the address everything hangs on."""

    patient: Patient
    base: str
    registry: Registry

    def studies(self) -> list[Study]:
        """Return the studies."""
        return studies_of(self.patient)

    def study(self, uid: str) -> Study:
        """Return a study by its UID."""
        for study in self.studies():
            if study.study_uid == uid:
                return study
        raise NotThereError

    def series_of(self, study: Study) -> Iterator[Shelf]:
        """Yield the series of a study, in their order."""
        for _series_id, series in sorted(study.series.items(), key=lambda pair: int(pair[0])):
            yield Shelf(self, study, series, index_of(self.registry, study, series))

    def shelf(self, study_uid: str, series_uid: str) -> Shelf:
        """Return a series by its UIDs."""
        for shelf in self.series_of(self.study(study_uid)):
            if shelf.index.uid == series_uid:
                return shelf
        raise NotThereError


@dataclass(frozen=True)
class Shelf:
    """A series with its open index."""

    case: Case
    study: Study
    series: Series
    index: SeriesIndex

    @property
    def url(self) -> str:
        """The address of the series."""
        return f"{self.case.base}/studies/{self.study.study_uid}/series/{self.index.uid}"

    def instance(self, uid: str) -> Facts:
        """Return the facts of an instance by its UID."""
        for facts in self.index.instances:
            if facts["uid"] == uid:
                return facts
        raise NotThereError

    def number_of(self, uid: str) -> int:
        """Return where an instance stands in the index."""
        return self.index.instances.index(self.instance(uid))

    def lines(self) -> list[bytes]:
        """Return the metadata of each instance."""
        return metadata_of(self.case.registry, self.study, self.series)

    def first_line(self) -> bytes:
        """Return the metadata of the first instance, reading no more than that."""
        blob = self.series.metadata[0]
        opener, found = zlib.decompressobj(), b""
        for part in blob.read(self.case.registry):
            found += opener.decompress(part)
            if b"\n" in found:
                break
        return line_as_answered(self.series, found.partition(b"\n")[0])


def images_of(shelf: Shelf) -> list[Facts]:
    """Return the instances of a series that have pixels, as one slices through them."""
    instances = shelf.index.instances
    return [instances[at] for at in shelf.index.in_order() if _has_pixels(instances[at])]


def _has_pixels(facts: dict[str, Any]) -> bool:
    return facts.get("pixels") is not None
