"""Codes of SNOMED CT stay in coded values; numbers that only look alike do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from cpms_portal.imaging.deidentification.codes import is_concept
from cpms_portal.imaging.deidentification.engine import Deidentifier
from tests.dicomweb.test_coming_back import PLAN, made_safe, report
from tests.factories.dicom import written

#: Length, liver, diabetes mellitus, imaging procedure, pulmonary structure, a long one.
KNOWN = ["410668003", "10200004", "73211009", "363679005", "39607008", "900000000000207008"]


@pytest.mark.parametrize("code", KNOWN)
def test_a_concept_of_snomed_when_met_then_is_known_by_its_form(code) -> None:
    assert is_concept(code)


@given(st.sampled_from(KNOWN), st.integers(0, 17), st.integers(1, 9))
def test_a_concept_with_another_digit_when_met_then_is_not_one(code, place, more) -> None:
    at = place % len(code)
    other = code[:at] + str((int(code[at]) + more) % 10) + code[at + 1 :]
    assert not is_concept(other)


@pytest.mark.parametrize("text", ["", "0", "A410668003", "410668003 ", "0301234567", "٤10668003"])
def test_something_else_when_met_then_is_no_concept(text) -> None:
    assert not is_concept(text)


@pytest.mark.parametrize(("code", "kept"), [("410668003", "410668003"), ("410668004", "REMOVED")])
def test_a_code_of_a_measurement_when_made_safe_then_stays_if_it_is_one(code, kept) -> None:
    dataset = report(PLAN.uid("study"), [PLAN.uid("image", 0)])
    dataset.ContentSequence[0].ConceptNameCodeSequence = [coded(code)]
    made = made_safe(written(dataset))
    assert made.ContentSequence[0].ConceptNameCodeSequence[0].CodeValue == kept


def test_a_number_of_the_person_when_it_looks_like_a_concept_then_goes() -> None:
    dataset = report(PLAN.uid("study"), [PLAN.uid("image", 0)])
    dataset.PatientID = "410668003"
    dataset.ContentSequence[0].ConceptNameCodeSequence = [coded("410668003")]
    decision = Deidentifier(b"k" * 32).deidentify(written(dataset))
    assert decision.content is not None
    assert b"410668003" not in decision.content


def coded(code: str) -> Dataset:
    """Return an item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "SCT", "Length"
    return item
