"""Clinical documents inside DICOM: read by rules, made safe, shown as text."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydicom import dcmread

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.documents.clinical import NAMESPACE, words_of_clinical
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.keyed import shift_of
from cpms_portal.imaging.deidentification.moments import moved_date, moved_time
from tests.factories.clinical import HEAD, OID, clinical_document
from tests.factories.dicom import planted_person as person
from tests.factories.dicom import written
from tests.imaging.test_encapsulated import wrapped

KEY = b"k" * 32
CLINICAL = "1.2.840.10008.5.1.4.1.1.104.2"
WRITER = person(6)
SHIFT = shift_of(KEY, WRITER.number.upper())


def decided(content: bytes) -> Decision:
    """Return what is decided on a clinical document in DICOM."""
    dataset = wrapped(content, sop_class=CLINICAL)
    dataset.MIMETypeOfEncapsulatedDocument = "text/XML"
    return Deidentifier(KEY).deidentify(written(dataset))


def inside(file: bytes) -> bytes:
    """Return the document of a file."""
    dataset = dcmread(io.BytesIO(file))
    return dataset.EncapsulatedDocument[: dataset.EncapsulatedDocumentLength]


@given(st.integers(0, 5000))
def test_a_letter_when_it_comes_then_tells_what_was_found_and_not_of_whom(seed) -> None:
    planted = person(seed)
    decision = decided(clinical_document(planted))
    assert (decision.status, decision.code) == ("stored", "")
    made = inside(decision.content or b"")
    for trace in (*planted.strings(), *WRITER.strings(), planted.telephone, OID, "example.org"):
        assert trace.encode() not in (decision.content or b""), trace
    assert b"17" in made
    assert b'code="1975-2"' in made
    assert b"A lesion of the" in made
    assert b"xml-stylesheet" not in made


def test_dates_of_a_letter_when_it_comes_then_move_with_those_of_the_images() -> None:
    decision = decided(clinical_document(person(7)))
    file = dcmread(io.BytesIO(decision.content or b""))
    assert file.StudyDate == moved_date("20240311", SHIFT)
    made = inside(decision.content or b"").decode()
    assert file.StudyDate + moved_time("101112", SHIFT) in made
    assert f'value="{moved_date("20240312", SHIFT)}"' in made
    assert not re.search(r"2024031[12]", made)


def test_identifiers_of_a_letter_when_they_are_equal_then_stay_equal() -> None:
    made = etree.fromstring(inside(decided(clinical_document(person(7))).content or b""))
    roots = [one.get("root") for one in made.iter(f"{{{NAMESPACE}}}id")]
    assert len(roots) == 5
    assert len(set(roots)) == 1
    assert not [one for one in made.iter(f"{{{NAMESPACE}}}id") if one.get("extension")]


def test_a_stored_letter_when_read_then_is_lines_in_their_order() -> None:
    content = inside(decided(clinical_document(person(7))).content or b"")
    (_, title, _), (level, heading, text) = words_of_clinical(content)
    assert title.startswith("Letter about")
    assert level == 1
    assert heading.startswith("Findings")
    assert text.splitlines()[0].startswith("A lesion of the liver, seen by")
    assert text.splitlines()[-1] == "Bilirubin 17"


@pytest.mark.parametrize("words", [
    "<paragraph>{p.given} {p.family}</paragraph>",
    "<paragraph><content>{p.family}</content>'s scan</paragraph>",
    '<paragraph ID="{p.family}">seen</paragraph>',
    '<content styleCode="{p.number}">seen</content>',
    "<own:a xmlns:own='urn:x'>{p.family}</own:a>",
    "<linkHtml href='http://{p.family}.example'>seen</linkHtml>",
    "<paragraph>number {p.number}, telephone {p.telephone}</paragraph>",
    "<paragraph>born {p.birth_date}</paragraph>",
])  # fmt: skip
def test_a_name_planted_in_a_corner_of_a_letter_when_it_comes_then_is_not_stored(words) -> None:
    planted = person(11)
    decision = decided(clinical_document(planted, words.format(p=planted)))
    assert (decision.status, decision.code) == ("stored", "")
    for trace in planted.strings():
        assert trace.encode() not in (decision.content or b"")


def test_a_name_that_formatting_cuts_when_it_comes_then_waits_for_somebody_to_look() -> None:
    planted = person(11)
    cut = f"<paragraph>{planted.family[:2]}<content>{planted.family[2:]}</content></paragraph>"
    decision = decided(clinical_document(planted, cut))
    assert (decision.status, decision.code) == ("withheld", "names_patient")
    assert decision.content is None
    assert decision.held


@pytest.mark.parametrize(("content", "code"), [
    (b"", "document"),
    (b"no xml", "document"),
    (b"<ClinicalDocument/>", "document"),
    (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "document"),
    (f"<ClinicalDocument {HEAD}>".encode(), "document"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><ClinicalDocument xmlns="urn:hl7-org:v3">&b;'
     b"</ClinicalDocument>", "document"),
    (clinical_document(person(7), body='<nonXMLBody><text mediaType="application/pdf" '
                       'representation="B64">JVBERi0=</text></nonXMLBody>'), "embedded"),
    (clinical_document(person(7), '<renderMultiMedia representation="B64">AA==</renderMultiMedia>'),
     "embedded"),
])  # fmt: skip
def test_a_letter_that_is_not_understood_when_it_comes_then_is_withheld(content, code) -> None:
    decision = decided(content)
    assert (decision.status, decision.code) == ("withheld", code)
    assert (decision.content, decision.held) == (None, None)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_when_they_come_as_a_letter_then_are_decided_on(content) -> None:
    assert decided(content).status in ("stored", "withheld", "refused")


@given(st.data())
def test_a_damaged_letter_when_it_comes_then_never_tells_who_it_is_about(data) -> None:
    planted, content = WRITER, bytearray(clinical_document(WRITER))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(32, 126))
    decision = decided(bytes(content))
    for trace in planted.strings():
        assert decision.content is None or trace.encode() not in decision.content
