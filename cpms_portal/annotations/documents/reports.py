"""A drawing as a DICOM Comprehensive SR, template TID 1500 (PS3.16), and read back from one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from cpms_portal.annotations.documents import codes
from cpms_portal.annotations.interfaces import Drawing, Measurement

COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"
#: How points are said in an SCOORD (PS3.3 C.18.6.1.2).
_GRAPHICS = {"probe": "POINT", "text": "POINT", "ellipse": "ELLIPSE"}
_CLOSED = ("rectangle", "freehand")


@dataclass(frozen=True)
class Source:
    """The stored image something is drawn on, by its (mapped) UIDs, and who drew it when."""

    study_uid: str
    series_uid: str
    instance_uid: str
    sop_class: str
    frames: int
    author: str
    at: datetime


@dataclass(frozen=True)
class Found:
    """What a report says: a drawing without its place, and the image by UID."""

    drawing: Drawing
    instance_uid: str


def _item(relation: str, kind: str, name: tuple[str, str, str], **values: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, kind
    item.ConceptNameCodeSequence = codes.coded(name)
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _image(drawing: Drawing, source: Source, relation: str) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = source.sop_class
    reference.ReferencedSOPInstanceUID = source.instance_uid
    if source.frames > 1:
        reference.ReferencedFrameNumber = drawing.frame + 1
    item = _item(relation, "IMAGE", codes.SOURCE)
    if relation == "SELECTED FROM":
        del item.ConceptNameCodeSequence
    item.ReferencedSOPSequence = Sequence([reference])
    return item


def _region(drawing: Drawing, source: Source, relation: str) -> Dataset:
    points = list(drawing.points)
    if drawing.kind in _CLOSED:
        points.append(points[0])
    graphic = _GRAPHICS.get(drawing.kind, "POLYLINE")
    flat = [float(number) for point in points for number in point]
    item = _item(relation, "SCOORD", codes.REGION, GraphicType=graphic, GraphicData=flat)
    item.ContentSequence = Sequence([_image(drawing, source, "SELECTED FROM")])
    return item


def _number(measured: Measurement) -> Dataset:
    value = Dataset()
    value.NumericValue = f"{measured.value:.6g}"
    value.FloatingPointValue = float(measured.value)
    value.MeasurementUnitsCodeSequence = codes.unit(measured.unit)
    name = codes.MEASURED[measured.name]
    return _item("CONTAINS", "NUM", name, MeasuredValueSequence=Sequence([value]))


def _group(drawing: Drawing, source: Source, uid: str) -> Dataset:
    parts = [
        _item("HAS OBS CONTEXT", "TEXT", codes.TRACKING, TextValue=drawing.kind),
        _item("HAS OBS CONTEXT", "UIDREF", codes.TRACKING_UID, UID=uid),
    ]
    if drawing.points:
        parts.append(_region(drawing, source, "CONTAINS"))
    else:
        parts.append(_image(drawing, source, "CONTAINS"))
    parts += [_number(measured) for measured in drawing.measurements]
    if drawing.text:
        parts.append(_item("CONTAINS", "TEXT", codes.COMMENT, TextValue=drawing.text))
    group = _item("CONTAINS", "CONTAINER", codes.GROUP, ContinuityOfContent="SEPARATE")
    group.ContentSequence = Sequence(parts)
    return group


def _content(drawing: Drawing, source: Source, uid: str) -> Sequence:
    measurements = _item(
        "CONTAINS", "CONTAINER", codes.MEASUREMENTS, ContinuityOfContent="SEPARATE"
    )
    measurements.ContentSequence = Sequence([_group(drawing, source, uid)])
    return Sequence(
        [
            _coded("HAS CONCEPT MOD", codes.LANGUAGE, codes.ENGLISH),
            _coded("HAS OBS CONTEXT", codes.OBSERVER_TYPE, codes.PERSON),
            _item("HAS OBS CONTEXT", "PNAME", codes.OBSERVER_NAME, PersonName=source.author),
            _coded("HAS CONCEPT MOD", codes.PROCEDURE, codes.IMAGING),
            measurements,
        ]
    )


def _coded(relation: str, name: tuple[str, str, str], value: tuple[str, str, str]) -> Dataset:
    return _item(relation, "CODE", name, ConceptCodeSequence=codes.coded(value))


def _head(source: Source) -> Dataset:
    """Return patient, study, series and equipment: nobody's name, the study's own UID."""
    report = Dataset()
    report.SpecificCharacterSet = "ISO_IR 192"
    report.PatientName = report.PatientID = report.PatientBirthDate = report.PatientSex = ""
    report.PatientIdentityRemoved = "YES"
    report.DeidentificationMethod = "CPMS"
    report.StudyInstanceUID = source.study_uid
    report.StudyDate = report.StudyTime = report.StudyID = report.AccessionNumber = ""
    report.ReferringPhysicianName = ""
    report.SeriesInstanceUID, report.SOPInstanceUID = generate_uid(), generate_uid()
    report.SOPClassUID = COMPREHENSIVE_SR
    report.Modality, report.Manufacturer = "SR", "CPMS"
    report.ManufacturerModelName, report.DeviceSerialNumber = "CPMS", "0"
    report.SoftwareVersions = "1"
    report.SeriesNumber = report.InstanceNumber = 1
    report.ReferencedPerformedProcedureStepSequence = Sequence()
    report.PerformedProcedureCodeSequence = Sequence()
    report.ContentDate = source.at.strftime("%Y%m%d")
    report.ContentTime = source.at.strftime("%H%M%S")
    report.CompletionFlag, report.VerificationFlag = "PARTIAL", "UNVERIFIED"
    return report


def _evidence(source: Source) -> Sequence:
    image, series, study = Dataset(), Dataset(), Dataset()
    image.ReferencedSOPClassUID = source.sop_class
    image.ReferencedSOPInstanceUID = source.instance_uid
    series.SeriesInstanceUID, series.ReferencedSOPSequence = source.series_uid, Sequence([image])
    study.StudyInstanceUID, study.ReferencedSeriesSequence = source.study_uid, Sequence([series])
    return Sequence([study])


def written_report(drawing: Drawing, source: Source) -> bytes:
    """Return a drawing as a DICOM file that any system reads that reads measurement reports."""
    report = _head(source)
    report.CurrentRequestedProcedureEvidenceSequence = _evidence(source)
    report.ValueType, report.ContinuityOfContent = "CONTAINER", "SEPARATE"
    report.ConceptNameCodeSequence = codes.coded(codes.REPORT)
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "1500"
    report.ContentTemplateSequence = Sequence([template])
    report.ContentSequence = _content(drawing, source, generate_uid())
    report.file_meta = FileMetaDataset()
    report.file_meta.MediaStorageSOPClassUID = report.SOPClassUID
    report.file_meta.MediaStorageSOPInstanceUID = report.SOPInstanceUID
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    report.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _name(item: Dataset) -> str:
    return (
        str(item.ConceptNameCodeSequence[0].CodeValue) if "ConceptNameCodeSequence" in item else ""
    )


def _named(items: Any, code: tuple[str, str, str]) -> list[Dataset]:
    return [item for item in items if _name(item) == code[0]]


def _measurements(items: Any) -> tuple[Measurement, ...]:
    names = {code[0]: name for name, code in codes.MEASURED.items()}
    return tuple(
        Measurement(
            names[_name(item)],
            float(item.MeasuredValueSequence[0].NumericValue),
            str(item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue),
        )
        for item in items
        if item.ValueType == "NUM" and _name(item) in names
    )


def _pairs(flat: Any, kind: str) -> tuple[tuple[float, float], ...]:
    numbers = [float(number) for number in flat]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    return tuple(points[:-1] if kind in _CLOSED else points)


def read_report(content: bytes) -> Found:
    """Return what a report of ours says."""
    report = dcmread(io.BytesIO(content))
    group = _named(
        _named(report.ContentSequence, codes.MEASUREMENTS)[0].ContentSequence, codes.GROUP
    )
    items = group[0].ContentSequence
    kind = str(_named(items, codes.TRACKING)[0].TextValue)
    regions = _named(items, codes.REGION)
    points = _pairs(regions[0].GraphicData, kind) if regions else ()
    image = regions[0].ContentSequence[0] if regions else _named(items, codes.SOURCE)[0]
    reference = image.ReferencedSOPSequence[0]
    texts = _named(items, codes.COMMENT)
    drawing = Drawing(
        kind,
        "",
        -1,
        int(reference.get("ReferencedFrameNumber") or 1) - 1,
        points,
        text=str(texts[0].TextValue) if texts else "",
        measurements=_measurements(items),
    )
    return Found(drawing, str(reference.ReferencedSOPInstanceUID))
