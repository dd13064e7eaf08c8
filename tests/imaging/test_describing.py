"""What DICOMweb answers with is prepared when an instance arrives: DICOM JSON, once."""

from __future__ import annotations

import io
import json

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.ingest.describing import BULK, described
from cpms_portal.imaging.queries import index_of, instance_bytes, metadata_of
from tests.factories.dicom import SYNTAXES, StudyPlan, ct_slice, study_files, written
from tests.factories.patients import patient_of


def told(content: bytes) -> dict:
    """Return what is written of a file."""
    return json.loads(described(read_file(content).dataset))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_an_instance_when_described_then_says_what_pydicom_says(syntax) -> None:
    dataset = ct_slice(StudyPlan(size=16), 0, 1)
    dataset.ReferencedStudySequence = Sequence([Dataset()])
    dataset.ReferencedStudySequence[0].ReferencedSOPInstanceUID = "1.2.3"
    content = written(dataset, syntax)
    ours = told(content)
    theirs = dcmread(io.BytesIO(content)).to_json_dict(1, lambda element: "there")
    assert ours.pop("7FE00010")["BulkDataURI"] == "bulkdata:7FE00010"
    theirs.pop("7FE00010")
    assert ours == theirs


def test_text_in_another_alphabet_when_described_then_is_unicode() -> None:
    dataset = ct_slice(StudyPlan(size=16), 0, 0)
    dataset.SpecificCharacterSet = "ISO_IR 144"
    dataset.PatientName = "Пряник^Зоя"
    ours = told(written(dataset))
    assert ours["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Пряник^Зоя"}]}
    assert ours["00080005"]["Value"] == ["ISO_IR 192"]


def test_a_text_that_looks_like_a_large_value_when_described_then_stays_text() -> None:
    dataset = ct_slice(StudyPlan(size=16), 0, 0)
    dataset.SeriesDescription = '"BulkDataURI":"bulkdata:x'
    dataset.PixelData = bytes(16)
    line = described(read_file(written(dataset)).dataset)
    assert BULK.encode() not in line


def test_metadata_when_a_study_is_stored_in_two_parts_then_follows_the_index(
    root, registry
) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    files = list(study_files(StudyPlan(uid_seed="described", series=1, slices=5, size=16)))
    receive_study(patient, files[:2], actor)
    receipt = receive_study(patient, files, actor)
    study = patient["studies"][receipt.studies[0]]
    (series,) = study.series.values()
    lines = [json.loads(line) for line in metadata_of(registry, study, series)]
    index = index_of(registry, study, series)
    assert [line["00080018"]["Value"][0] for line in lines] == [
        facts["uid"] for facts in index.instances
    ]
    stored = dcmread(io.BytesIO(instance_bytes(registry, series, index.instances[3])))
    assert lines[3]["00100020"]["Value"] == [stored.PatientID]
