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
    "burned_in": _("Text may be burned into this image; it cannot be cleaned yet."),
    "document": _("This is a document; documents inside DICOM cannot be cleaned yet."),
    "slide_label": _("This is the label or overview of a slide; it may show a name."),
    "recognisable": _("The person may be recognised in this image."),
    "video": _("Videos inside DICOM cannot be cleaned yet."),
    "private_class": _("This kind of file is private to its maker and cannot be judged."),
    "no_slide": _("This is not a slide that the portal knows."),
    "slide_damaged": _("This slide is damaged. Please export it again."),
    "slide_parts": _("Parts of this slide are missing. Please upload its whole folder."),
    "slide_kind": _("This kind of slide cannot be cleaned yet."),
    "pixel_format": _("The pixels are packed in a way that cannot be checked yet."),
}


class RefusedError(Exception):
    """The file cannot be read safely; ``code`` is a key of TEXTS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WithheldError(RefusedError):
    """The file can be read, but cannot be made safe."""
