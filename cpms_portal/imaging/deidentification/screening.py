"""What cannot be made safe yet is withheld: decided before anything is written."""

from __future__ import annotations

from functools import lru_cache

from pydicom.uid import UID

from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.heads import FEATURES, shows_head
from cpms_portal.imaging.deidentification.keyed import is_class_uid, is_standard_uid
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.deidentification.syntaxes import JPEG_2000, VIDEO

SOP_CLASS, SOP_INSTANCE = 0x00080016, 0x00080018
STUDY, SERIES = 0x0020000D, 0x0020000E
_OBJECTS = "1.2.840.10008.5.1.4."
_STORAGE = f"{_OBJECTS}1.1."
_DIRECTORY = "1.2.840.10008.1.3.10"
# Ultrasound, secondary capture, photographs, endoscopy, microscopy with a camera.
_RISKY_CLASSES = ("3.1", "6.1", "6.2", "7", "7.1", "7.2", "7.3", "7.4", "77.1.1", "77.1.1.1",
                  "77.1.2", "77.1.2.1", "77.1.4", "77.1.4.1", "6", "3", "77.1", "77.2")  # fmt: skip
_RISKY_MODALITIES = frozenset(("US", "SC", "XC", "ES", "OT", "DOC", "SM", "GM", "IVUS"))
_RISKY_TYPES = ("SCREEN", "SAVE", "CAPTURE", "PATIENT_PROTOCOL", "DOSE_INFO", "DOSE REPORT")
PDF, CLINICAL, DOCUMENT = f"{_STORAGE}104.1", f"{_STORAGE}104.2", 0x00420011
_SLIDE = f"{_STORAGE}77.1.6"
_OVERVIEWS = ("OVERVIEW", "MACRO")


@lru_cache(maxsize=256)
def is_image_class(sop_class: str) -> bool:
    """Say whether every object of a class has pixels (PS3.4 B.5, by the names of PS3.6)."""
    return str(UID(sop_class).name).endswith("Image Storage")


def _is_image(dataset: Dataset) -> bool:
    return dataset.find(0x00280010) is not None


def _check_identifiers(dataset: Dataset) -> str:
    sop_class = dataset.text(SOP_CLASS)
    if sop_class == _DIRECTORY or dataset.find(0x00041220) is not None:
        raise WithheldError("file_list")
    if not all(dataset.text(tag) for tag in (SOP_CLASS, SOP_INSTANCE, STUDY, SERIES)):
        raise RefusedError("missing_uids")
    if not is_class_uid(sop_class) or not sop_class.startswith(_OBJECTS):
        raise WithheldError("private_class")
    return sop_class


def _check_document(dataset: Dataset, sop_class: str) -> None:
    if sop_class in (PDF, CLINICAL):
        return
    if sop_class.startswith(f"{_STORAGE}104.") or dataset.find(DOCUMENT) is not None:
        raise WithheldError("document")
    if dataset.text(0x00080064) == "SD":
        raise WithheldError("document")


def _check_slide(dataset: Dataset, sop_class: str, image_type: str) -> None:
    if sop_class != _SLIDE:
        return
    in_image = dataset.text(0x00480010)
    overview = any(word in image_type for word in _OVERVIEWS)
    if "LABEL" in image_type or in_image == "YES" or (overview and in_image != "NO"):
        raise WithheldError("slide_label")


def _is_risky(dataset: Dataset, sop_class: str, image_type: str) -> bool:
    if sop_class == _SLIDE:
        return False
    kind = sop_class.removeprefix(_STORAGE)
    return (
        kind in _RISKY_CLASSES
        or dataset.text(0x00080060) in _RISKY_MODALITIES
        or dataset.find(0x00080064) is not None
        or any(word in image_type for word in _RISKY_TYPES)
    )


def screen(dataset: Dataset, syntax: str) -> str:
    """Return why a person must look at an image before it may be stored; empty when nobody must.

    WithheldError or RefusedError when an object must not be stored at all.
    Burned-in text: BurnedInAnnotation (0028,0301) YES always; where people or machines
    commonly draw into the pixels, and in videos, everything but an explicit NO.
    """
    sop_class = _check_identifiers(dataset)
    # The transfer syntax is copied into the new file: a UID nobody registered may be a number.
    if not is_standard_uid(syntax) and syntax not in (*JPEG_2000, *VIDEO):
        raise WithheldError("pixel_format")
    _check_document(dataset, sop_class)
    if not _is_image(dataset):
        if is_image_class(sop_class):
            raise RefusedError("cut_off")
        return ""
    image_type = dataset.text(0x00080008).upper()
    burned = dataset.text(0x00280301).upper()
    _check_slide(dataset, sop_class, image_type)
    # Of slices of a head the uploader is asked; a photograph of a face cannot be cleaned.
    if dataset.text(FEATURES).upper() == "YES" and not shows_head(dataset):
        raise WithheldError("recognisable")
    if burned == "YES" or (
        burned != "NO" and (syntax in VIDEO or _is_risky(dataset, sop_class, image_type))
    ):
        return "burned_in"
    return ""
