"""Documents inside DICOM (PS3.3 A.45): PDF like one that was uploaded, CDA by its own rules."""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack

from cpms_portal.imaging.deidentification.cleaning import Cleaner
from cpms_portal.imaging.deidentification.documents.clinical import Rules, clean_clinical
from cpms_portal.imaging.deidentification.documents.kinds import clean_document
from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.deidentification.screening import CLINICAL, DOCUMENT, PDF, SOP_CLASS

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


@dataclass(frozen=True)
class Inside:
    """What to write instead of a document, by tag (VR, value); and why it must wait for a person:
    a key of reasons.TEXTS, empty when nothing speaks against it."""

    values: dict[int, tuple[str, bytes]]
    waits: str = ""


def document_in(dataset: Dataset, cleaner: Cleaner) -> Inside:
    """Return the document of a data set made safe; nothing when it has none.

    WithheldError when it cannot be made safe.
    """
    sop_class = dataset.text(SOP_CLASS)
    if sop_class == PDF:
        content, waits = _portable(document_of(dataset), cleaner)
    elif sop_class == CLINICAL:
        content, waits = _clinical(document_of(dataset), cleaner)
    else:
        return Inside({})
    order = dataset.encoding.order
    length = ("UL", pack(f"{order}L", len(content)))
    return Inside({DOCUMENT: ("OB", content), LENGTH: length}, waits)


def _portable(content: bytes, cleaner: Cleaner) -> tuple[bytes, str]:
    decision = clean_document("pdf", content, cleaner.finder)
    chunks = decision.chunks or decision.held
    if chunks is None:
        raise WithheldError(decision.code if decision.code in _TOLD else "document")
    cleaner.counts += decision.counts
    return b"".join(chunks), decision.code


def _clinical(content: bytes, cleaner: Cleaner) -> tuple[bytes, str]:
    rules = Rules(cleaner.finder, cleaner.uids, cleaner.shift)
    try:
        made, named = clean_clinical(content, rules, cleaner.counts)
    except WithheldError:
        raise
    except RefusedError as error:
        raise WithheldError("document") from error
    return made, "names_patient" if named else ""
