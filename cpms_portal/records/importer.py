"""The records of the invented patients of the training site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.patients.importer import acting, imported_patient, read_patients
from cpms_portal.records.actions import save_section
from cpms_portal.records.resources import RECORD
from cpms_portal.terminology.queries import lookup


def import_records(root: Any, folder: Path, actor: Actor) -> int:
    """Fill the records that are missing; return how many were made."""
    made = 0
    for entry, centre in read_patients(root, folder):
        patient = imported_patient(centre, entry, actor)
        if patient is None or RECORD in patient:
            continue
        clinician = acting(root, entry["account"], actor)
        for section, values in sections_in(entry, actor).items():
            save_section(patient, section, values, base_version=0, actor=clinician)
        made += 1
    return made


def sections_in(entry: dict[str, Any], actor: Actor) -> dict[str, dict[str, Any]]:
    """Return what an entry of the file says, section by section."""
    return {
        "question": {"question": entry["clinical_question"].strip()},
        "diagnosis": {
            "status": entry["diagnosis"]["status"],
            "disease": _coding("ORPHA", entry["diagnosis"], actor),
            "signs": [
                {"sign": _coding("HP", sign, actor), "presence": "present"}
                for sign in entry["signs"]
            ],
        },
        "history": {"history": entry["history"].strip()},
        "findings": {"findings": entry["findings"].strip()},
        "laboratory": {"rows": [_lab(row) for row in entry["labs"]]},
        "medication": {"drugs": [{"drug": drug} for drug in entry["medication"]]},
    }


def _coding(system: str, found: dict[str, Any], actor: Actor) -> dict[str, str]:
    code = found.get("code", "")
    term = lookup(actor.registry, system, code) if code else None
    if term is None:
        return {"system": "", "version": "", "code": "", "display": found["text"]}
    return {**term.as_dict(), "display": found["text"]}


def _lab(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in row.items()}
