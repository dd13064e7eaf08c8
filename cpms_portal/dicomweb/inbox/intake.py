"""Intake: an instance comes in by any door, its header is read, and it goes into its parcel."""

from __future__ import annotations

from cpms_portal.dicomweb.inbox.parcels import About, Inbox
from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.reader import read_header
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.ingest.facts import INSTANCE, SOP_CLASS, STUDY, text_of

_HEAD = 64 * 1024


def header_of(content: bytes) -> Dataset:
    """Return the elements before the pixels; RefusedError when this is no DICOM."""
    for length in (_HEAD, len(content)):
        found = read_header(content[:length], length >= len(content))
        if found is not None:
            return found
    raise RefusedError("unreadable")


def take_in(inbox: Inbox, content: bytes) -> tuple[str, str]:
    """Keep an instance; return its SOP Class and Instance UID. RefusedError, InboxFullError."""
    header = header_of(content)
    study, instance = header.text(STUDY), header.text(INSTANCE)
    if not study or not instance:
        raise RefusedError("missing_uids")
    about = About(
        name=text_of(header, 0x00100010)[:200],
        number=text_of(header, 0x00100020)[:64],
        birth_date=header.text(0x00100030)[:8],
        modality=header.text(0x00080060)[:16],
        study_date=header.text(0x00080020)[:8],
        description=text_of(header, 0x00081030)[:64],
    )
    inbox.keep(study, instance, about, content)
    return header.text(SOP_CLASS), instance
