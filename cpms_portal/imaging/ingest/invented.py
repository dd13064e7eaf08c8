"""Invented computed tomography for the training site and for benches: drawn, cut from no scan."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

_WIDTH_MM = 380.0


@dataclass(frozen=True)
class InventedSeries:
    """A series to draw."""

    description: str
    slices: int
    size: int = 256
    enhancement: int = 60


@dataclass(frozen=True)
class InventedStudy:
    """A study to draw; the same seed gives the same study."""

    seed: int
    day: date
    description: str = "CT abdomen"
    name: str = "Invented^Person"
    number: str = "INVENTED"
    birth_date: date | None = None
    series: tuple[InventedSeries, ...] = field(default_factory=tuple)


def invented_files(study: InventedStudy) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a study: a neutral name and the content."""
    for number, series in enumerate(study.series, start=1):
        for slice_number in range(series.slices):
            out = io.BytesIO()
            dataset = _slice(study, number, slice_number)
            dataset.save_as(out, enforce_file_format=True)
            yield f"SE{number}/IM{slice_number + 1:04d}", out.getvalue()


def _uid(study: InventedStudy, *parts: object) -> str:
    return generate_uid(entropy_srcs=["invented", str(study.seed), *map(str, parts)])


def _slice(study: InventedStudy, number: int, slice_number: int) -> Dataset:
    series = study.series[number - 1]
    step = 300.0 / max(series.slices, 1)
    dataset = _about(study)
    dataset.SeriesInstanceUID = _uid(study, number)
    dataset.SOPInstanceUID = _uid(study, number, slice_number)
    dataset.SOPClassUID = CTImageStorage
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SeriesDescription, dataset.SeriesNumber = series.description, number
    dataset.InstanceNumber = slice_number + 1
    dataset.ImagePositionPatient = [-_WIDTH_MM / 2, -_WIDTH_MM / 2, round(slice_number * step, 2)]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [round(_WIDTH_MM / series.size, 6)] * 2
    dataset.SliceThickness = str(round(step, 2))
    place = slice_number / max(series.slices - 1, 1)
    values = _drawn(series, place, study.seed * 10_000 + number * 1000 + slice_number)
    dataset.Rows = dataset.Columns = series.size
    dataset.PixelData = (values + 1024).astype("<u2").tobytes()
    return dataset


def _about(study: InventedStudy) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.PatientName, dataset.PatientID = study.name, study.number
    dataset.PatientBirthDate = study.birth_date.strftime("%Y%m%d") if study.birth_date else ""
    dataset.PatientSex = "O"
    dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = _uid(study), _uid(study, "frame")
    dataset.StudyDate = dataset.SeriesDate = study.day.strftime("%Y%m%d")
    dataset.StudyTime, dataset.AccessionNumber, dataset.StudyID = "101500", "", "1"
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription, dataset.Modality, dataset.Manufacturer = (
        study.description,
        "CT",
        "CPMS",
    )
    dataset.KVP, dataset.PatientPosition, dataset.BodyPartExamined = "120", "HFS", "ABDOMEN"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "-1024", "1", "HU"
    dataset.WindowCenter, dataset.WindowWidth = "50", "400"
    return dataset


@lru_cache(maxsize=4)
def _grain(size: int) -> numpy.ndarray:
    return numpy.random.default_rng(size).normal(0, 9, (size, size)).astype(numpy.float32)


@lru_cache(maxsize=4)
def _ends(size: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    ends = numpy.linspace(-1, 1, size, dtype=numpy.float32)
    return ends[:, None], ends[None, :]


def _drawn(series: InventedSeries, place: float, seed: int) -> numpy.ndarray:
    """Return Hounsfield units of a body: wall, fat, liver, spleen, kidneys, spine, vessels.

    place: 0 at the lowest slice, 1 at the highest.
    """
    rows, columns = _ends(series.size)
    wide = 0.86 - 0.1 * (place - 0.4) ** 2
    values = numpy.full((series.size, series.size), -1000, numpy.float32)
    for (x, y), (across, down), unit in (
        ((0.0, 0.0), (wide, 0.64), -90),
        ((0.0, 0.0), (wide - 0.06, 0.58), 55),
        ((0.0, 0.02), (wide - 0.11, 0.52), -80 if place < 0.75 else -820),
        *_organs(place, series.enhancement),
    ):
        values[((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 < 1] = unit
    # The same grain, turned otherwise for each slice: drawing anew would take most of the time.
    grain = numpy.roll(_grain(series.size), (seed * 7919, seed * 104729), (0, 1))
    return numpy.clip(values + numpy.where(values > -950, grain, grain / 3), -1024, 3000)


def _organs(
    place: float, enhancement: int
) -> Iterator[tuple[tuple[float, float], tuple[float, float], float]]:
    """Yield middle, axes and Hounsfield units of what is met at a height."""
    liver = max(0.0, 1 - ((place - 0.68) / 0.3) ** 2) ** 0.5
    if liver:
        yield (-0.34, -0.06), (0.42 * liver + 0.02, 0.38 * liver + 0.02), 55 + enhancement
        yield (-0.3, -0.08), (0.035, 0.03), 90 + 1.5 * enhancement
        yield (-0.5, 0.1), (0.02 + 0.03 * liver, 0.02 + 0.03 * liver), 25 + 0.4 * enhancement
        yield (0.5, 0.12), (0.17 * liver, 0.25 * liver + 0.01), 50 + 1.2 * enhancement
    kidney = max(0.0, 1 - ((place - 0.38) / 0.2) ** 2) ** 0.5
    for side in (-1, 1) if kidney else ():
        yield (side * 0.4, 0.26), (0.12 * kidney + 0.01, 0.16 * kidney + 0.01), 35 + 2 * enhancement
        yield (side * 0.36, 0.26), (0.04 * kidney + 0.005, 0.07 * kidney + 0.005), 0
    yield (0.03, 0.2), (0.07, 0.07), 40 + 2 * enhancement
    yield (0, 0.4), (0.15, 0.12), 260
    yield (0, 0.4), (0.12, 0.09), 160
    yield (0, 0.54), (0.05, 0.05), 30
    if place < 0.55:
        for at in range(6):
            bend = 0.24 * numpy.sin(at * 2.1 + place * 9)
            yield (-0.45 + at * 0.18, -0.2 + bend), (0.085, 0.08), 30
            yield (-0.45 + at * 0.18, -0.22 + bend), (0.04, 0.03), -700 if at % 3 == 0 else 20
