"""What a viewer made of a case and stores back goes on pointing at what it was made of."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ComprehensiveSRStorage, CTImageStorage, generate_uid

from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.returning import Given
from cpms_portal.imaging.queries import studies_of
from tests.dicomweb.test_storing import KIND, message
from tests.factories.dicom import StudyPlan, patient_module, written
from tests.factories.patients import patient_of

KEY = b"k" * 32
PLAN = StudyPlan(uid_seed="coming back")


def reference(uid: str) -> Dataset:
    """Return an item that refers to an image."""
    made = Dataset()
    made.ReferencedSOPClassUID, made.ReferencedSOPInstanceUID = CTImageStorage, uid
    return made


def report(study: str, uids: list[str], deep: int = 0, seed: str = "report") -> Dataset:
    """Return a structured report of a study that refers to images, so many levels deep."""
    dataset = patient_module(PLAN.person)
    dataset.SOPClassUID, dataset.Modality = ComprehensiveSRStorage, "SR"
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = PLAN.uid(seed), PLAN.uid(seed, "series")
    dataset.StudyInstanceUID, dataset.SeriesNumber, dataset.InstanceNumber = study, 9, 1
    evidence, series = Dataset(), Dataset()
    series.SeriesInstanceUID = PLAN.uid("some series")
    series.ReferencedSOPSequence = Sequence([reference(uid) for uid in uids])
    evidence.StudyInstanceUID, evidence.ReferencedSeriesSequence = study, Sequence([series])
    dataset.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence])
    content = Dataset()
    content.ReferencedSOPSequence = Sequence([reference(uid) for uid in uids])
    for _ in range(deep):
        outer = Dataset()
        outer.RelationshipType, outer.ValueType = "CONTAINS", "CONTAINER"
        outer.ContentSequence = Sequence([content])
        content = outer
    dataset.ContentSequence = Sequence([content])
    return dataset


def uids_in(dataset: Dataset) -> list[str]:
    """Return every UID of a data set that names an object, at any depth, in order."""
    return [
        str(element.value)
        for element in dataset.iterall()
        if element.VR == "UI" and "Class" not in element.keyword
    ]


def made_safe(content: bytes, own: frozenset[str] = frozenset()) -> Dataset:
    """Return what becomes of a file in a case that has these UIDs."""
    decision = Deidentifier(KEY, given=Given(own)).deidentify(content)
    assert decision.content is not None, decision.code
    return dcmread(io.BytesIO(decision.content))


NUMBERS = st.lists(st.integers(0, 30), min_size=1, max_size=8)


@given(known=NUMBERS, strange=NUMBERS, deep=st.integers(0, 6))
def test_references_when_they_come_back_then_those_of_the_case_stay_and_others_are_mapped(
    known, strange, deep
) -> None:
    engine = Deidentifier(KEY)
    study = engine.uids(PLAN.uid("study"))
    own = [engine.uids(PLAN.uid("known", number)) for number in known]
    others = [generate_uid(entropy_srcs=["strange", str(number)]) for number in strange]
    case = frozenset([study, *own])
    found = uids_in(made_safe(written(report(study, [*own, *others], deep)), case))
    assert study in found
    assert all(found.count(uid) == 2 * own.count(uid) for uid in own)
    assert not set(others) & set(found)
    mapped = {uid: engine.uids(uid) for uid in others}
    assert len(set(mapped.values())) == len(mapped)
    assert set(mapped.values()) <= set(found)


@given(NUMBERS, st.integers(0, 6))
def test_an_object_of_the_case_when_it_comes_back_unchanged_then_keeps_every_uid(
    numbers, deep
) -> None:
    uids = [PLAN.uid("image", number) for number in numbers]
    first = made_safe(written(report(PLAN.uid("study"), uids, deep)))
    again = made_safe(written(first), frozenset(uids_in(first)))
    assert uids_in(again) == uids_in(first)
    # Nobody who does not have the case can make the portal keep a UID.
    assert not set(uids_in(made_safe(written(first)))) & set(uids_in(first))


@pytest.fixture
def case(program_of, place, study):
    """A program that reads the case and one that stores into it."""
    return program_of(place), program_of(place, "store")


def test_a_report_a_viewer_stores_when_read_again_then_refers_to_the_images_it_was_made_of(
    case, place, study, root
) -> None:
    reader, storer = case
    images = study.series[study.first]
    metadata = reader.get(f"{place}{study.instance_address}/metadata").json[0]
    assert metadata["00080018"]["Value"] == [images[0]]
    dataset = report(study.uid, images[:2], 2, "stored")
    dataset.PatientName = metadata["00100010"]["Value"][0]["Alphabetic"]
    dataset.PatientID = metadata["00100020"]["Value"][0]
    dataset.PatientBirthDate = ""
    storer.post(f"{place}/dicomweb/studies", message([written(dataset)]), KIND)
    answer = reader.get(f"{place}{study.address}/instances?Modality=SR&includefield=all")
    (found,) = answer.json
    assert found["0020000D"]["Value"] == [study.uid]
    told = re.findall(r'"00081155": ?\{"vr": ?"UI", ?"Value": ?\["([^"]+)"', answer.text)
    assert sorted(told) == sorted(images[:2] * 2)
    root._p_jar.sync()
    stored = next(one for one in studies_of(patient_of(root)) if one.study_uid == study.uid)
    assert stored.count == 7


def test_images_a_client_read_when_it_stores_them_back_then_are_known(
    case, place, study, root
) -> None:
    reader, storer = case
    content = reader.get(f"{place}{study.instance_address}", accept="application/dicom").body
    before = [(one.study_uid, one.count) for one in studies_of(patient_of(root))]
    storer.post(f"{place}/dicomweb/studies", message([content]), KIND)
    root._p_jar.sync()
    assert [(one.study_uid, one.count) for one in studies_of(patient_of(root))] == before


def test_a_measurement_a_viewer_stores_when_read_again_then_is_one_it_knows(
    case, place, study
) -> None:
    reader, storer = case
    dataset = report(study.uid, study.series[study.first][:1], 0, "measured")
    group = dataset.ContentSequence[0]
    group.ValueType, group.TextValue = "TEXT", "Cornerstone3DTools@^0.1.0:Length"
    name, meant = Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "112039", "DCM", "Tracking"
    meant.CodeValue, meant.CodingSchemeDesignator, meant.CodeMeaning = "410668003", "SCT", "Length"
    group.ConceptNameCodeSequence, group.ConceptCodeSequence = [name], [meant]
    storer.post(f"{place}/dicomweb/studies", message([written(dataset)]), KIND)
    found = reader.get(f"{place}{study.address}/instances?Modality=SR&includefield=all").text
    for kept in ("Cornerstone3DTools@^0.1.0:Length", "410668003", "112039"):
        assert f'"{kept}"' in found
