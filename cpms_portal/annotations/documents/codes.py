"""Codes of measurement reports: DICOM PS3.16 (TID 1500, annex D), SNOMED CT, UCUM."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

REPORT = ("126000", "DCM", "Imaging Measurement Report")
LANGUAGE = ("121049", "DCM", "Language of Content Item and Descendants")
ENGLISH = ("en", "RFC5646", "English")
OBSERVER_TYPE = ("121005", "DCM", "Observer Type")
PERSON = ("121006", "DCM", "Person")
OBSERVER_NAME = ("121008", "DCM", "Person Observer Name")
PROCEDURE = ("121058", "DCM", "Procedure reported")
IMAGING = ("363679005", "SCT", "Imaging procedure")
MEASUREMENTS = ("126010", "DCM", "Imaging Measurements")
GROUP = ("125007", "DCM", "Measurement Group")
TRACKING = ("112039", "DCM", "Tracking Identifier")
TRACKING_UID = ("112040", "DCM", "Tracking Unique Identifier")
REGION = ("111030", "DCM", "Image Region")
SOURCE = ("121112", "DCM", "Source of Measurement")
COMMENT = ("121106", "DCM", "Comment")

MEASURED = {
    "length": ("410668003", "SCT", "Length"),
    "angle": ("1483009", "SCT", "Angle"),
    "area": ("42798000", "SCT", "Area"),
    "mean": ("373098007", "SCT", "Mean"),
    "deviation": ("386136009", "SCT", "Standard Deviation"),
    "least": ("255605001", "SCT", "Minimum"),
    "most": ("56851009", "SCT", "Maximum"),
    "value": ("112031", "DCM", "Attenuation Coefficient"),
}
UNITS = {
    "mm": "millimeter",
    "mm2": "square millimeter",
    "deg": "degree",
    "[hnsf'U]": "Hounsfield unit",
    "{pixels}": "pixels",
    "{pixels}2": "square pixels",
    "1": "no units",
}


def coded(code: tuple[str, str, str]) -> Sequence:
    """Return a code sequence of one item: value, scheme, meaning."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code
    return Sequence([item])


def unit(ucum: str) -> Sequence:
    """Return the code sequence of a unit."""
    return coded((ucum, "UCUM", UNITS[ucum]))
