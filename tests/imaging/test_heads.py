"""Slices of a head: recognised, asked about, and said truly of in what is handed out."""

from __future__ import annotations

import io

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import answer_about_face, receive_study
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.queries import ASKED, files_of, metadata_of
from cpms_portal.patients.resources import Patient
from tests.factories.dicom import (
    SYNTAXES,
    StudyPlan,
    ct_slice,
    planted_person,
    risky_image,
    written,
)


@pytest.fixture
def patient(root) -> Patient:
    """The first patient of a centre."""
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    return next(node for _, node in sorted(patients.items()) if isinstance(node, Patient))


ENGINE = Deidentifier(b"\x41" * 32)


def slice_of(number: int = 0, uid_seed: str = "head", **values: object) -> Dataset:
    """Return a slice with some values of its own, nothing of an abdomen."""
    dataset = ct_slice(StudyPlan(size=8, uid_seed=uid_seed), 0, number)
    dataset.StudyDescription, dataset.SeriesDescription = "CT", "Axial"
    del dataset.BodyPartExamined
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def code(meaning: str) -> Sequence:
    """Return a code with its meaning."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "1", "99X", meaning
    return Sequence([item])


@pytest.mark.parametrize(
    "values",
    [
        {"BodyPartExamined": "HEAD"}, {"BodyPartExamined": "HEADNECK"}, {"ProtocolName": "cCT"},
        {"SeriesDescription": "t1_mprage_sag"}, {"StudyDescription": "MRT Schädel"},
        {"StudyDescription": "Schaedel CT"}, {"SeriesDescription": "Gehirn axial"},
        {"StudyDescription": "IRM crâne"}, {"StudyDescription": "TC de cráneo"},
        {"StudyDescription": "TK głowy: głowa"}, {"StudyDescription": "МРТ головного мозга"},
        {"SeriesDescription": "NNH koronar"}, {"AnatomicRegionSequence": code("Brain")},
        {"RequestedProcedureDescription": "Hersenen"}, {"Modality": "MR", "ProtocolName": "Kopf"},
        {"ProcedureCodeSequence": code("CT of facial bones")},
    ],
)  # fmt: skip
def test_slices_of_a_head_when_stored_then_say_that_a_face_may_be_seen(values) -> None:
    decision = ENGINE.deidentify(written(slice_of(SpecificCharacterSet="ISO_IR 192", **values)))
    assert decision.head
    stored = pydicom.dcmread(io.BytesIO(decision.content))
    assert stored.RecognizableVisualFeatures == "YES"
    codes = {item.CodeValue for item in stored.DeidentificationMethodCodeSequence}
    assert "113102" not in codes


@pytest.mark.parametrize(
    "values",
    [{"BodyPartExamined": "CHEST"}, {"SeriesDescription": "surface coil"}, {"Modality": "CR",
     "BodyPartExamined": "HAND"}, {"ProtocolName": "Thorax"}],
)  # fmt: skip
def test_slices_of_another_part_when_stored_then_nobody_is_asked(values) -> None:
    decision = ENGINE.deidentify(written(slice_of(**values)))
    assert not decision.head
    assert "RecognizableVisualFeatures" not in pydicom.dcmread(io.BytesIO(decision.content))


@pytest.mark.parametrize("claimed", ["NO", "YES"])
def test_a_maker_that_claims_something_of_a_face_when_it_is_a_head_then_is_not_believed(
    claimed: str,
) -> None:
    dataset = slice_of(BodyPartExamined="HEAD", RecognizableVisualFeatures=claimed)
    decision = ENGINE.deidentify(written(dataset))
    assert pydicom.dcmread(io.BytesIO(decision.content)).RecognizableVisualFeatures == "YES"


def test_a_photograph_that_says_it_shows_a_face_when_met_then_is_withheld() -> None:
    image = risky_image("SC", planted_person(2), "NO")
    image.RecognizableVisualFeatures = "YES"
    assert ENGINE.deidentify(written(image)).code == "recognisable"


def _said(registry, study) -> list[tuple[str, str]]:
    """Return what the files and the metadata of a study say of the face."""
    (series,) = study.series.values()
    files = [pydicom.dcmread(io.BytesIO(one)) for one in files_of(registry, study)]
    lines = [Dataset.from_json(line.decode()) for line in metadata_of(registry, study, series)]
    return [(a.RecognizableVisualFeatures, b.RecognizableVisualFeatures)
            for a, b in zip(files, lines, strict=True)]  # fmt: skip


@pytest.mark.parametrize("syntax", SYNTAXES[:3])
def test_an_answer_about_the_face_when_given_then_files_and_metadata_say_so(
    root, registry, patient, syntax: str
) -> None:
    actor, seed = system_actor(registry), f"answered {syntax}"
    files = [(f"{n}", written(slice_of(n, seed, BodyPartExamined="HEAD"), syntax)) for n in (0, 1)]
    receipt = receive_study(patient, files, actor)
    study = patient["studies"][receipt.studies[0]]
    assert study.face == ASKED
    assert receipt.heads == [study.__name__]
    assert _said(registry, study) == [("YES", "YES")] * 2
    answer_about_face(study, "not_visible", actor)
    assert _said(registry, study) == [("NO", "NO")] * 2
    answer_about_face(study, "accepted", actor)
    assert _said(registry, study) == [("YES", "YES")] * 2
    answer_about_face(study, "not_visible", actor)
    # Slices that come later may show more: the question is asked again.
    later = [("2", written(slice_of(2, seed, BodyPartExamined="HEAD"), syntax))]
    receive_study(patient, later, actor)
    assert study.face == ASKED
    assert _said(registry, study) == [("YES", "YES")] * 3
