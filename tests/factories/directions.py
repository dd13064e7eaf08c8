"""Invented series that lie in one space: CT across and from the front, PET over the CT."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from pydicom.uid import PositronEmissionTomographyImageStorage

from tests.factories.dicom import StudyPlan, ct_slice, written

SIZE, STEP = 64, 240 / 64


def _values(hot: int, cold: int) -> numpy.ndarray:
    """Return a ball of hot values a third as wide as the space, not in its middle."""
    z, y, x = numpy.mgrid[0:SIZE, 0:SIZE, 0:SIZE]
    ball = numpy.hypot(numpy.hypot(x - 40, y - 24), z - 30) < SIZE / 6
    return numpy.where(ball, hot, cold).astype("<u2")


def series_in_one_space(plan: StudyPlan, kinds: str = "acp") -> Iterator[tuple[str, bytes]]:
    """Yield files: a for CT across, c for CT from the front, p for PET across; one size, 240 mm."""
    for series, kind in enumerate(kinds):
        values = _values(20_000, 0) if kind == "p" else _values(1324, 1064)
        for number in range(SIZE):
            dataset = ct_slice(plan, series, number)
            dataset.SeriesDescription = {"a": "Across", "c": "From the front", "p": "PET"}[kind]
            dataset.SliceThickness = str(STEP)
            dataset.ImagePositionPatient = [-120.0, -120.0, -120 + number * STEP]
            dataset.PixelData = values[number].tobytes()
            if kind == "c":
                dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
                dataset.ImagePositionPatient = [-120.0, -120 + number * STEP, 120.0 - STEP]
                dataset.PixelData = values[::-1, number].tobytes()
            if kind == "p":
                dataset.Modality = "PT"
                dataset.SOPClassUID = PositronEmissionTomographyImageStorage
                dataset.RescaleIntercept, dataset.BitsStored, dataset.HighBit = "0", 16, 15
                dataset.Units, dataset.RescaleType = "BQML", "BQML"
                dataset.WindowCenter, dataset.WindowWidth = "10000", "20000"
            yield f"{kind}{number:03d}", written(dataset)
