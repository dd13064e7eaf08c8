"""A PDF inside DICOM is cleaned like one that was uploaded, and shown unless it names somebody."""

from __future__ import annotations

import io
import subprocess

import pikepdf
import pytest
import transaction
from pydicom import dcmread
from pypdf import PdfReader
from pyramid.traversal import resource_path

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.deidentification.engine import Deidentifier
from tests.factories.dicom import SYNTAXES, StudyPlan, ct_slice, encapsulated_pdf, written
from tests.factories.dicom import planted_person as person
from tests.factories.files import pdf
from tests.factories.patients import patient_of
from tests.imaging.pages import HP, OUTSIDER

KEY = b"k" * 32
PERSON = person(6)


def wrapped(content: bytes, seed: str = "wrapped", sop_class: str = ""):
    """Return a document in DICOM's wrapping."""
    dataset, plan = encapsulated_pdf(PERSON), StudyPlan(uid_seed=seed)
    dataset.SOPInstanceUID, dataset.StudyInstanceUID = plan.uid("i"), plan.uid("study")
    dataset.SeriesInstanceUID = plan.uid("s")
    dataset.SOPClassUID = sop_class or dataset.SOPClassUID
    dataset.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    dataset.EncapsulatedDocumentLength = len(content)
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.BurnedInAnnotation, dataset.ConversionType = "YES", "SD"
    dataset.DocumentTitle = f"Letter about {PERSON.family}"
    return dataset


def locked(content: bytes) -> bytes:
    """Return a PDF with a password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_pdf_that_names_nobody_when_it_comes_in_dicom_then_is_stored_and_holds_nothing_beside(
    syntax,
) -> None:
    content = pdf("About a liver", PERSON.family)
    decision = Deidentifier(KEY).deidentify(written(wrapped(content), syntax))
    assert (decision.status, decision.code) == ("stored", "")
    dataset = dcmread(io.BytesIO(decision.content))
    inside = dataset.EncapsulatedDocument[: dataset.EncapsulatedDocumentLength]
    assert "About a liver" in PdfReader(io.BytesIO(inside)).pages[0].extract_text()
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(inside)) as document:
        streams = [one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream)]
        document.save(plain, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode(0))
    for traced in (decision.content, plain.getvalue(), *streams):
        assert not [one for one in PERSON.strings() if one.encode() in traced]
    assert dataset.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert dataset.PatientIdentityRemoved == "YES"


@pytest.mark.parametrize(
    ("content", "sop_class", "code"),
    [
        (locked(pdf("About a liver")), "", "protected"),
        (b"%PDF-1.4 cut off", "", "document"),
        (b"", "", "document"),
        (b"<ClinicalDocument/>", "1.2.840.10008.5.1.4.1.1.104.2", "document"),
        (b"solid liver", "1.2.840.10008.5.1.4.1.1.104.3", "document"),
    ],
)
def test_a_document_that_cannot_be_made_safe_when_it_comes_in_dicom_then_is_withheld(
    content, sop_class, code
) -> None:
    decision = Deidentifier(KEY).deidentify(written(wrapped(content, sop_class=sop_class)))
    assert (decision.status, decision.code) == ("withheld", code)
    assert (decision.chunks, decision.held) == (None, None)


@pytest.mark.parametrize("words", [f"Dear {PERSON.family}", f"Number {PERSON.number}"])
def test_a_pdf_that_names_the_person_when_it_comes_in_dicom_then_waits_for_a_decision(
    words,
) -> None:
    decision = Deidentifier(KEY).deidentify(written(wrapped(pdf(words))))
    assert (decision.status, decision.code, decision.chunks) == ("withheld", "names_patient", None)
    held = dcmread(io.BytesIO(b"".join(decision.held or [])))
    inside = held.EncapsulatedDocument[: held.EncapsulatedDocumentLength]
    assert words in PdfReader(io.BytesIO(inside)).pages[0].extract_text()
    held.EncapsulatedDocument = b""
    assert not [one for one in PERSON.strings() if one in str(held)]


def test_a_document_hidden_in_an_image_when_met_then_is_withheld() -> None:
    dataset = ct_slice(StudyPlan(uid_seed="hidden", size=16), 0, 0)
    dataset.EncapsulatedDocument = pdf("About a liver")
    assert Deidentifier(KEY).deidentify(written(dataset)).code == "document"


def test_a_pdf_that_dcmtk_wraps_when_it_comes_then_is_stored(tmp_path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("About a liver"))
    subprocess.run(
        ["pdf2dcm", "+pn", PERSON.name, "+pi", PERSON.number,
         str(tmp_path / "a.pdf"), str(tmp_path / "a.dcm")],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    decision = Deidentifier(KEY).deidentify((tmp_path / "a.dcm").read_bytes())
    assert (decision.status, decision.code) == ("stored", "")


def test_a_pdf_in_a_study_when_looked_at_then_opens_and_outsiders_find_nothing(
    root, registry, browser_of
) -> None:
    patient = patient_of(root)
    content = written(wrapped(pdf("About a liver"), "shown"))
    receipt = receive_study(patient, [("a", content)], system_actor(registry))
    transaction.commit()
    study = f"{resource_path(patient)}/studies/{receipt.studies[0]}"
    browser = browser_of(HP)
    page = browser.get(browser.get(study).html.find("a", href=lambda to: "/object?" in to)["href"])
    answer = page.click("Open the document")
    assert answer.content_type == "application/pdf"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "About a liver" in PdfReader(io.BytesIO(answer.body)).pages[0].extract_text()
    browser.get(f"{study}/document?series=9&instance=0", status=404)
    browser_of(OUTSIDER).get(f"{study}/document?series=1&instance=0", status=404)
