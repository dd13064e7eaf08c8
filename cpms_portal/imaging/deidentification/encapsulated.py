"""A PDF inside DICOM (PS3.3 A.45.1): cleaned like one that was uploaded, or withheld."""

from __future__ import annotations

from struct import pack

from cpms_portal.imaging.deidentification.cleaning import Cleaner
from cpms_portal.imaging.deidentification.documents.kinds import clean_document
from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.reasons import STORED, WithheldError
from cpms_portal.imaging.deidentification.screening import DOCUMENT, PDF, SOP_CLASS

LENGTH = 0x00420015
#: Reasons of documents that help who sent one; all others are said in one sentence.
_TOLD = frozenset(("names_patient", "scan_unread", "unread", "protected", "embedded"))


def document_of(dataset: Dataset) -> bytes:
    """Return the document a data set wraps, without the byte that pads it; empty when none."""
    element = dataset.find(DOCUMENT)
    if element is None or element.items is not None or element.fragments is not None:
        return b""
    length = dataset.number(LENGTH)
    return element.raw[:length] if length else element.raw.rstrip(b"\0")


def document_in(dataset: Dataset, cleaner: Cleaner) -> dict[int, tuple[str, bytes]]:
    """Return what to write instead of the PDF of a data set, by tag; nothing when it has none.

    WithheldError when it cannot be made safe, or names the person.
    """
    if dataset.text(SOP_CLASS) != PDF:
        return {}
    decision = clean_document("pdf", document_of(dataset), cleaner.finder)
    content = decision.content
    if decision.status != STORED or content is None:
        raise WithheldError(decision.code if decision.code in _TOLD else "document")
    cleaner.counts += decision.counts
    order = dataset.encoding.order
    return {DOCUMENT: ("OB", content), LENGTH: ("UL", pack(f"{order}L", len(content)))}
