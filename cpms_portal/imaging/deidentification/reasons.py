"""Why a file was not stored: a code for machines and a sentence for people."""

from __future__ import annotations

from cpms_portal.core.i18n import _

STORED = "stored"
WITHHELD = "withheld"
REFUSED = "refused"

TEXTS: dict[str, str] = {
    "not_dicom": _("This is not a DICOM file."),
    "cut_off": _("The file ends too early. Please export it again."),
    "damaged": _("The file is damaged and cannot be read as a whole."),
    "too_deep": _("The file is nested deeper than any real image."),
    "too_large": _("The file unpacks to more than the portal takes."),
    "missing_uids": _("The file lacks the identifiers of its study, series or image."),
    "pixels_short": _("The image holds fewer pixels than it announces."),
    "unreadable": _("The file cannot be read."),
    "file_list": _("This is a list of files on a disc; it is not needed."),
    "burned_in": _("Text may be burned into this image; a person must look at it first."),
    "hidden_bits": _(
        "Something may lie hidden beside the pixels of this image, and cannot be taken away."
    ),
    "document": _("This is a document inside DICOM that cannot be made safe."),
    "slide_label": _("This is the label or overview of a slide; it may show a name."),
    "recognisable": _("The person may be recognised in this image."),
    "video": _("This video inside DICOM cannot be read, so it cannot be made safe."),
    "private_class": _("This kind of file is private to its maker and cannot be judged."),
    "no_slide": _("This is not a slide that the portal knows."),
    "slide_damaged": _("This slide is damaged. Please export it again."),
    "slide_parts": _("Parts of this slide are missing. Please upload its whole folder."),
    "slide_kind": _("This kind of slide cannot be cleaned yet."),
    "pixel_format": _("The pixels are packed in a way that cannot be checked yet."),
    "no_recognition": _(
        "Text may be burned into this image, and this portal cannot look for it: Tesseract is"
        " not installed. A person must look at every image."
    ),
    "protected": _("The file is protected by a password. Save it without one."),
    "broken_document": _("The file is damaged or not what its name says."),
    "macros": _("The file holds macros. Save it without macros and upload it again."),
    "embedded": _("The file holds another file inside that cannot be cleaned."),
    "unknown_kind": _("Files of this kind are not taken."),
    "names_patient": _("The file names the patient, or holds a number or date of the patient."),
    "scan_unread": _("This is a scan, and this portal cannot read it: Tesseract is not installed."),
    "unread": _(
        "The words of this file cannot be read, so nobody knows whether it names somebody."
    ),
    "no_media_program": _("Video and sound cannot be cleaned here: ffmpeg is not installed."),
    "no_office_program": _(
        "Files of old office programs cannot be cleaned here: LibreOffice is not installed."
        " Save it as docx, xlsx or pptx and upload it again."
    ),
}


class RefusedError(Exception):
    """The file cannot be read safely; ``code`` is a key of TEXTS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WithheldError(RefusedError):
    """The file can be read, but cannot be made safe."""
