"""The table of the standard (DICOM PS3.15 Table E.1-1 and E.3.10-1, edition 2026c), and what
the chosen options make of each row."""

from __future__ import annotations

import json
from enum import Enum
from importlib.resources import files

EDITION = "2026c"
RULES_VERSION = "3"

# CID 7050: what is applied, and so may be claimed.
OPTIONS = {
    "113100": "Basic Application Confidentiality Profile",
    "113103": "Clean Graphics Option",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
}


class Action(Enum):
    """What happens to an element."""

    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"
    UID = "U"
    MOMENT = "moment"
    DESCRIPTOR = "descriptor"
    CHARACTERISTIC = "characteristic"
    DESCEND = "descend"


# Only the Basic action would do for these, although an option would allow more: long free
# text about the person has no place in an image, and cannot be cleaned with certainty.
_TOO_FREE = frozenset(
    [
        "IdentifyingComments",
        "MedicalAlerts",
        "Allergies",
        "Occupation",
        "AdditionalPatientHistory",
        "PatientComments",
        "PatientState",
        "PreMedication",
        "SpecialNeeds",
        "EthnicGroup",
        "MakerNote",
        "DeviceSettingDescription",
        "TimezoneOffsetFromUTC",
        "FrameOriginTimestamp",
        "CertifiedTimestamp",
        "VisitComments",
        "ServiceEpisodeDescription",
        "AdmittingDiagnosesDescription",
        "DischargeDiagnosisDescription",
        "ReasonForStudy",
        "ReasonForVisit",
        "ReasonForTheRequestedProcedure",
        "ReasonForTheImagingServiceRequest",
        "RequestedProcedureComments",
        "ImagingServiceRequestComments",
        "InterpretationText",
        "InterpretationDiagnosisDescription",
        "Impressions",
        "ResultsComments",
        "StudyComments",
        "SelectorASValue",
        "ReasonForTheAttributeModification",
    ]
)
_OPTION_ACTIONS = (
    ("modified_dates", Action.MOMENT),
    ("characteristics", Action.CHARACTERISTIC),
    ("graphics", Action.DESCEND),
    ("structured_content", Action.DESCEND),
)
# A sequence whose removal or emptying would break the object keeps its cleaned items.
_DESCENDED = frozenset(
    [
        "ReferencedImageSequence",
        "SourceImageSequence",
        "VerifyingObserverSequence",
        "PersonIdentificationCodeSequence",
        "FlowIdentifierSequence",
        "OperatorIdentificationSequence",
        "WaveformAnnotationSequence",
    ]
)


def _basic(code: str, sequence: bool) -> Action:
    """Choose among the actions a row allows the one valid for every type of attribute.

    A dummy is valid whether a value is required or not, and so is an empty value where
    the row allows nothing else; sequences are left out.
    """
    if code.startswith("U"):
        return Action.UID
    if code in ("X", "Z"):
        return Action(code)
    if sequence:
        return Action.REMOVE if "X" in code else Action.EMPTY
    return Action.DUMMY if "D" in code else Action.EMPTY


def _chosen(keyword: str, vr: str, basic: str, options: dict[str, str]) -> Action:
    if keyword in _DESCENDED:
        return Action.DESCEND
    if keyword not in _TOO_FREE:
        for option, action in _OPTION_ACTIONS:
            if option in options:
                return action
        if "descriptors" in options and vr != "SQ":
            return Action.DESCRIPTOR
    return _basic(basic, vr == "SQ")


def _loaded() -> tuple[dict[int, tuple[Action, str]], dict[tuple[int, str, int], str]]:
    content = json.loads(files(__package__).joinpath("table.json").read_text("utf-8"))
    rows = {
        int(tag, 16): (_chosen(keyword, vr, basic, options), basic)
        for tag, keyword, vr, basic, options in content["rows"]
        # The repeating groups (curves, overlays) are removed as groups.
        if "x" not in tag
    }
    private = {
        (int(group, 16), creator, int(element, 16)): vr
        for group, element, creator, vr, _ in content["safe_private"]
    }
    return rows, private


ROWS, SAFE_PRIVATE = _loaded()


def is_required(tag: int) -> bool:
    """Say whether the standard asks for a value that is not empty (the row names D)."""
    row = ROWS.get(tag)
    return row is not None and "D" in row[1]
