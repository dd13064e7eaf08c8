"""Small invented pictures of every kind: two halves, each of one colour or one grey."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    MRImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundMultiFrameImageStorage,
    VLPhotographicImageStorage,
)

from tests.factories.dicom import StudyPlan, patient_module, written

ROWS, COLUMNS = 48, 64
LEFT, RIGHT = (200, 40, 40), (30, 60, 160)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
#: What is seen of each kind: the colours of its halves. The series stand in this order.
SEEN = {
    "rgb": (LEFT, RIGHT),
    "planes": (LEFT, RIGHT),
    "ybr": (LEFT, RIGHT),
    "jpeg": (LEFT, RIGHT),
    "palette": (LEFT, RIGHT),
    "monochrome1": (WHITE, BLACK),
    "signed": (BLACK, WHITE),
    "clip": (LEFT, RIGHT),
}
RATE = 20


def pictures(plan: StudyPlan) -> Iterator[tuple[str, bytes]]:
    """Yield a study with a series of each kind."""
    for number, kind in enumerate(SEEN, start=1):
        dataset = _about(plan, number, kind)
        syntax = {"jpeg": JPEGBaseline8Bit}.get(kind, ExplicitVRLittleEndian)
        {"monochrome1": _grey, "signed": _grey, "palette": _palette, "clip": _clip}.get(
            kind, _colours
        )(dataset, kind)
        yield f"SE{number:02d}.dcm", written(dataset, syntax)


def _about(plan: StudyPlan, number: int, kind: str) -> Dataset:
    dataset = patient_module(plan.person)
    dataset.SOPClassUID, dataset.Modality = {
        "signed": (MRImageStorage, "MR"),
        "palette": (SecondaryCaptureImageStorage, "OT"),
        "monochrome1": (SecondaryCaptureImageStorage, "OT"),
        "clip": (UltrasoundMultiFrameImageStorage, "US"),
    }.get(kind, (VLPhotographicImageStorage, "XC"))
    dataset.SOPInstanceUID = plan.uid("instance", kind)
    dataset.SeriesInstanceUID, dataset.StudyInstanceUID = plan.uid("series", kind), plan.uid("all")
    dataset.SeriesNumber, dataset.InstanceNumber = number, 1
    dataset.BurnedInAnnotation = "NO"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    return dataset


def _halves() -> numpy.ndarray:
    """Return rows, columns, red-green-blue."""
    values = numpy.empty((ROWS, COLUMNS, 3), numpy.uint8)
    values[:, : COLUMNS // 2], values[:, COLUMNS // 2 :] = LEFT, RIGHT
    return values


def _colours(dataset: Dataset, kind: str) -> None:
    values = _halves()
    dataset.SamplesPerPixel = 3
    dataset.PlanarConfiguration = 1 if kind == "planes" else 0
    dataset.PhotometricInterpretation = {"ybr": "YBR_FULL", "jpeg": "YBR_FULL_422"}.get(kind, "RGB")
    if kind == "jpeg":
        out = io.BytesIO()
        Image.fromarray(values).save(out, "JPEG", quality=95)
        dataset.PixelData = encapsulate([out.getvalue()])
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.LossyImageCompression = "01"
        return
    if kind == "ybr":
        values = numpy.asarray(Image.fromarray(values).convert("YCbCr"))
    dataset.PixelData = (values.transpose(2, 0, 1) if kind == "planes" else values).tobytes()


def _palette(dataset: Dataset, _kind: str) -> None:
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    values = numpy.zeros((ROWS, COLUMNS), numpy.uint8)
    values[:, COLUMNS // 2 :] = 1
    for place, name in enumerate(("Red", "Green", "Blue")):
        table = numpy.zeros(256, "<u2")
        table[:2] = LEFT[place] * 257, RIGHT[place] * 257
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", table.tobytes())
    dataset.PixelData = values.tobytes()


def _grey(dataset: Dataset, kind: str) -> None:
    signed = kind == "signed"
    dataset.PhotometricInterpretation = "MONOCHROME2" if signed else "MONOCHROME1"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, int(signed)
    values = numpy.empty((ROWS, COLUMNS), "<i2" if signed else "<u2")
    values[:, : COLUMNS // 2], values[:, COLUMNS // 2 :] = (-20000 if signed else 0), 20000
    dataset.PixelData = values.tobytes()


def _clip(dataset: Dataset, _kind: str) -> None:
    """Four frames; the third is seen first, only the first is turned round."""
    dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
    dataset.PhotometricInterpretation = "RGB"
    dataset.NumberOfFrames, dataset.FrameTime = 4, str(1000 // RATE)
    dataset.FrameIncrementPointer = 0x00181063
    halves = _halves()
    dataset.PixelData = numpy.stack([halves[:, ::-1], halves, halves, halves]).tobytes()
