"""Questions about the record and the documents of a patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import colander
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.forms.fields import CodingType
from cpms_portal.patients.queries import patient_of
from cpms_portal.patients.resources import Patient
from cpms_portal.records.resources import (
    DOCUMENTS,
    HELD_DOCUMENTS,
    RECORD,
    Document,
    HeldDocument,
    Section,
)
from cpms_portal.records.schemas.laboratory import out_of_range
from cpms_portal.records.schemas.sections import BY_NAME, SECTIONS, SectionKind
from cpms_portal.storage.sealing import open_json
from cpms_portal.terminology.queries import written_code


@dataclass(frozen=True)
class OpenedSection:
    """A section as it was saved last, opened. version 0: never saved."""

    kind: SectionKind
    values: dict[str, Any]
    version: int = 0
    changed: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True)
class OpenedDraft:
    """What somebody typed and did not save: the answers of the form, and when."""

    answers: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class Completeness:
    """How much of what a case needs is there: essential sections filled, and those missing."""

    filled: int
    total: int
    missing: tuple[SectionKind, ...]


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its column, its text, a code beside it, ``low`` or ``high``."""

    label: Any
    text: Any
    code: str = ""
    out: str = ""


@dataclass(frozen=True)
class Block:
    """A piece of a section to read: a text, or rows of a table."""

    label: Any
    text: Any = ""
    code: str = ""
    columns: tuple[Any, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


def section_field(section: str) -> str:
    """Return what a sealed section is bound to."""
    return f"record/{section}"


def draft_field(section: str, actor: Actor) -> str:
    """Return what a sealed draft is bound to."""
    return f"draft/{section}/{actor.oid}"


def draft_key(section: str, actor: Actor) -> str:
    """Return under which key the record keeps a draft."""
    return f"{actor.oid}/{section}"


def section_of(patient: Patient, section: str, actor: Actor) -> OpenedSection:
    """Return one section, opened; an empty one when it was never saved. KeyError: unknown name."""
    kind, record = BY_NAME[section], patient.get(RECORD)
    kept: Section | None = None if record is None else record.sections.get(section)
    if kept is None:
        return OpenedSection(kind, {})
    values = open_json(actor.registry, patient.key_id, section_field(section), kept.sealed)
    return OpenedSection(kind, values or {}, kept.version, kept.changed, kept.changed_by)


def record_of(patient: Patient, actor: Actor) -> list[OpenedSection]:
    """Return the filled sections of a patient, opened, in the order of reading."""
    return [section_of(patient, kind.name, actor) for kind in SECTIONS if _filled(patient, kind)]


def _filled(patient: Patient, kind: SectionKind) -> bool:
    record = patient.get(RECORD)
    kept = None if record is None else record.sections.get(kind.name)
    return kept is not None and kept.filled


def empty_sections_of(patient: Patient) -> list[SectionKind]:
    """Return the sections nothing stands in."""
    return [kind for kind in SECTIONS if not _filled(patient, kind)]


def completeness(patient: Patient, actor: Actor) -> Completeness:
    """Return how much of what a case needs is there."""
    essential = [kind for kind in SECTIONS if kind.essential]
    missing = tuple(kind for kind in essential if not _filled(patient, kind))
    return Completeness(len(essential) - len(missing), len(essential), missing)


def summary_of(patient: Patient, actor: Actor) -> dict[str, Any]:
    """Return a case in short: status, diagnosis, text, signs (present), question, reason."""
    diagnosis = section_of(patient, "diagnosis", actor).values
    asked = section_of(patient, "question", actor).values
    return {
        "status": diagnosis.get("status", ""),
        "diagnosis": diagnosis.get("disease") or {},
        "text": diagnosis.get("text", ""),
        "signs": present_signs(diagnosis),
        "question": asked.get("question", ""),
        "reason": asked.get("reason", ""),
    }


def present_signs(diagnosis: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the signs of a section of diagnosis that are there, as codings."""
    rows = diagnosis.get("signs", ())
    return [row["sign"] for row in rows if row.get("presence", "present") == "present"]


def draft_of(patient: Patient, section: str, actor: Actor) -> OpenedDraft | None:
    """Return what this person typed into a section and did not save, or None."""
    record = patient.get(RECORD)
    kept = None if record is None else record.drafts.get(draft_key(section, actor))
    if kept is None:
        return None
    field = draft_field(section, actor)
    return OpenedDraft(open_json(actor.registry, patient.key_id, field, kept.sealed), kept.at)


def blocks_of(section: OpenedSection) -> list[Block]:
    """Return a section as pieces to read, empty ones left out."""
    found = []
    for node in section.kind.asked():
        value = section.values.get(node.name)
        if value in (None, "", [], {}):
            continue
        if isinstance(node.typ, colander.Sequence):
            found.append(_table(node, value))
        else:
            cell = _cell(node, value)
            found.append(Block(cell.label, cell.text, cell.code))
    return found


def _table(node: Any, rows: list[Mapping[str, Any]]) -> Block:
    columns = [column for column in node.children[0] if any(row.get(column.name) for row in rows)]
    cells = tuple(tuple(_cells(columns, row)) for row in rows)
    return Block(node.title, columns=tuple(column.title for column in columns), rows=cells)


def _cells(columns: list[Any], row: Mapping[str, Any]) -> Iterator[Cell]:
    for column in columns:
        yield _cell(column, row.get(column.name, ""), row)


def _cell(node: Any, value: Any, row: Mapping[str, Any] | None = None) -> Cell:
    choices = getattr(node, "choices", None)
    if choices is not None:
        return Cell(node.title, choices.get(value, value))
    if isinstance(node.typ, CodingType) and value:
        code = written_code(value["system"], value["code"]) if value.get("code") else ""
        return Cell(node.title, value["display"], code)
    out = out_of_range(dict(row)) if row is not None and node.name == "value" else ""
    return Cell(node.title, value, out=out)


def held_documents_of(patient: Patient, now: datetime) -> list[HeldDocument]:
    """Return the documents that wait for a decision, the oldest first."""
    held = patient.get(HELD_DOCUMENTS)
    found = [] if held is None else [one for one in held.values() if one.until > now]
    return sorted(found, key=lambda document: document.created)


def about_document(document: Document, registry: Registry) -> dict[str, Any]:
    """Return what is known of a document: name, media_type, by, report."""
    patient = patient_of(document)
    if patient is None:
        raise LookupError("a document stands below a patient")
    return open_json(registry, patient.key_id, "document", document.about) or {}


def documents_of(patient: Patient) -> list[Document]:
    """Return the documents of a patient, newest first."""
    documents = patient.get(DOCUMENTS)
    found = [] if documents is None else list(documents.values())
    return sorted(found, key=lambda document: document.created, reverse=True)
