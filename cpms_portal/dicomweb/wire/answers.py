"""What a program is told after it sent instances (PS3.18 section 10.5.3 and Annex I)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cpms_portal.imaging.ingest.work import Outcome, Verdict

COERCED = 0xB000
FAILED = 0x0110
NOT_SUPPORTED = 0x0122
#: A number of the range "cannot understand" for each reason; docs/dicom-conformance.md lists them.
REASONS = {
    "not_dicom": 0xC201,
    "cut_off": 0xC202,
    "damaged": 0xC203,
    "too_deep": 0xC204,
    "too_large": 0xC205,
    "missing_uids": 0xC206,
    "pixels_short": 0xC207,
    "unreadable": 0xC208,
    "file_list": 0xC209,
    "burned_in": 0xC211,
    "document": 0xC212,
    "names_patient": 0xC212,
    "scan_unread": 0xC212,
    "unread": 0xC212,
    "protected": 0xC212,
    "embedded": 0xC212,
    "slide_label": 0xC213,
    "recognisable": 0xC214,
    "pixel_format": 0xC215,
    "hidden_bits": 0xC215,
    "several_people": 0xC221,
    "other_study": 0xC222,
    "inbox_full": 0xA700,
    "video": NOT_SUPPORTED,
    "private_class": NOT_SUPPORTED,
}
Json = dict[str, Any]


def _value(vr: str, *values: Any) -> Json:
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def _named(uids: tuple[str, str]) -> Json:
    """Return class and UID as they were sent: the sender knows an instance by nothing else."""
    sop_class, uid = uids
    return {
        "00081150": _value("UI", *[sop_class] if sop_class else []),
        "00081155": _value("UI", *[uid] if uid else []),
    }


def stored_item(uids: tuple[str, str]) -> Json:
    """Return what is said of an instance that was stored, without the person in it."""
    return _named(uids) | {"00081190": _value("UR"), "00081196": _value("US", COERCED)}


def failed_item(uids: tuple[str, str], code: str) -> Json:
    """Return what is said of an instance that was not stored."""
    return _named(uids) | {"00081197": _value("US", REASONS.get(code, FAILED))}


def answer_to(stored: list[Json], failed: list[Json], address: str = "") -> tuple[int, Json]:
    """Return the status and the answer. address: where the study can be read, if it can."""
    known = [item for item in failed if item["00081155"].get("Value")]
    unknown = [item for item in failed if not item["00081155"].get("Value")]
    answer: Json = {"00081190": _value("UR", *[address] if address else [])}
    if stored:
        answer["00081199"] = _value("SQ", *stored)
    if known:
        answer["00081198"] = _value("SQ", *known)
    if unknown:
        answer["0008119A"] = _value("SQ", *[{"00081197": item["00081197"]} for item in unknown])
    status = 200 if not failed else 202 if stored else 409
    return status, dict(sorted(answer.items()))


def told_of(outcome: Outcome, strange: list[Json], address: str = "") -> tuple[int, Json]:
    """Return the status and the answer to what became of all that was sent.

    strange: what is said of instances that were not to be stored here at all.
    """
    verdicts: Iterable[Verdict] = (outcome.verdicts[n] for n in sorted(outcome.verdicts))
    stored, failed = [], list(strange)
    for verdict in verdicts:
        if verdict.status in ("stored", "duplicate") and not outcome.stopped:
            stored.append(stored_item(verdict.uids))
        else:
            failed.append(failed_item(verdict.uids, verdict.code or outcome.stopped))
    return answer_to(stored, failed, address if stored else "")
