"""Save sections of the record, keep drafts, add and remove documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

import colander

from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.core.errors import ConflictError, UploadRefusedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import root_of
from cpms_portal.core.settings import setting
from cpms_portal.core.transactions import turn_given_up
from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.documents.kinds import clean_document
from cpms_portal.imaging.deidentification.identity import Finder, KnownIdentity, Traces
from cpms_portal.imaging.deidentification.table import RULES_VERSION
from cpms_portal.patients.actions import set_headline, touch
from cpms_portal.patients.queries import known_identity_of, patient_of
from cpms_portal.patients.resources import Patient
from cpms_portal.patients.schemas.codings import token_of
from cpms_portal.records.queries import (
    about_document,
    draft_field,
    draft_key,
    present_signs,
    section_field,
)
from cpms_portal.records.resources import (
    DOCUMENTS,
    HELD_DOCUMENTS,
    RECORD,
    Document,
    Documents,
    Draft,
    HeldDocument,
    HeldDocuments,
    Record,
    Section,
)
from cpms_portal.records.schemas.formats import clean_name
from cpms_portal.records.schemas.sections import BY_NAME
from cpms_portal.search.queries import find
from cpms_portal.storage.blobs import SealedBlob
from cpms_portal.storage.formats import check_content, extension_of, media_type_of
from cpms_portal.storage.sealing import seal_json

#: So many are looked at with each upload, the oldest first.
SWEPT_AT_ONCE = 20


def save_section(
    patient: Patient, section: str, values: Mapping[str, Any], *, base_version: int, actor: Actor
) -> Section:
    """Save a section; ConflictError when somebody saved it since ``base_version`` was read.

    values: as the schema of the section returns them. base_version: 0 for a first saving.
    """
    if section not in BY_NAME:
        raise ValueRefusedError(_("There is no such section."))
    record = _record(patient, actor)
    before = record.sections.get(section)
    version = 0 if before is None else before.version
    if base_version != version:
        raise ConflictError(_("Somebody else saved this section meanwhile."))
    kept = kept_values(section, values)
    sealed = seal_json(actor.registry, patient.key_id, section_field(section), kept)
    made = Section(sealed, version + 1, filled=bool(kept), at=actor.now, by=actor.name)
    record.sections[section] = made
    record.drafts.pop(draft_key(section, actor), None)
    if section == "diagnosis":
        _tell_listings(patient, kept, actor)
    touch(patient, actor)
    announce(actor.registry, Changed(record, actor, "record.save", {"section": section}))
    return made


def kept_values(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are sealed: JSON, without what is empty; pasted rows made rows."""
    kept = dict(values)
    kept.pop("base_version", None)
    if section == "laboratory" and kept.get("paste"):
        raise ValueRefusedError(_("Turn what you pasted into rows first."), "paste")
    plain = _plain(kept)
    return plain if isinstance(plain, dict) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        pairs = ((name, _plain(one)) for name, one in value.items())
        return {name: one for name, one in pairs if one not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        return [one for one in map(_plain, value) if one not in (None, "", [], {})]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return None if value is colander.null else value


def _record(patient: Patient, actor: Actor) -> Record:
    record = patient.get(RECORD)
    if record is None:
        record = Record(created=actor.now)
        patient.add(RECORD, record)
    return record


def _tell_listings(patient: Patient, values: Mapping[str, Any], actor: Actor) -> None:
    disease = values.get("disease") or {}
    signs = present_signs(values)
    codes = tuple(filter(None, map(token_of, (disease, *signs))))
    diagnosis = disease.get("display") or values.get("text", "")[:120]
    headline = {"diagnosis": diagnosis, "status": values.get("status", "")}
    set_headline(patient, headline, codes, actor)


def keep_draft(patient: Patient, section: str, answers: Mapping[str, Any], actor: Actor) -> None:
    """Keep what somebody typed, sealed, for that person alone.

    ConflictError when the section was saved by somebody else since the form was opened.
    """
    if section not in BY_NAME:
        raise ValueRefusedError(_("There is no such section."))
    record = _record(patient, actor)
    saved = record.sections.get(section)
    base = str(answers.get("base_version") or "0")
    if str(0 if saved is None else saved.version) != base:
        raise ConflictError(_("Somebody else saved this section meanwhile."))
    field = draft_field(section, actor)
    sealed = seal_json(actor.registry, patient.key_id, field, dict(answers))
    record.drafts[draft_key(section, actor)] = Draft(sealed, actor.now)


def discard_draft(patient: Patient, section: str, actor: Actor) -> None:
    """Forget what a person typed."""
    record = patient.get(RECORD)
    if record is not None:
        record.drafts.pop(draft_key(section, actor), None)


def add_document(patient: Patient, name: str, stream: BinaryIO, actor: Actor) -> Document:
    """Clean a document and add it; UploadRefusedError says why a file cannot be taken.

    name: its extension and the content must agree; what a browser says of the kind does not
    count. stream: a file that can be read again from its start. Returns a HeldDocument when
    its words name the patient: it waits for a decision.
    """
    check_size(stream.seek(0, 2), actor)
    known = known_identity_of(patient, actor.registry)
    shown = clean_name(name, known)
    check_content(shown, stream)
    stream.seek(0)
    # Converting and reading take seconds; others write meanwhile.
    with turn_given_up():
        decision = clean_document(extension_of(shown), stream.read(), finder_of(known))
    content = decision.chunks or decision.held
    if content is None:
        raise UploadRefusedError(decision.reason)
    shown = f"{shown.rpartition('.')[0]}.{decision.extension}"
    about = {
        "name": shown,
        "media_type": media_type_of(shown),
        "by": actor.name,
        "report": _report(decision, actor),
    }
    return _keep_document(patient, about, content, held=bool(decision.held), actor=actor)


def finder_of(known: KnownIdentity) -> Finder:
    """Return what finds a patient in words."""
    traces = Traces()
    traces.add_known(known)
    return traces.finder()


def _report(decision: Decision, actor: Actor) -> dict[str, Any]:
    """Return what was done to a document: rules, counts, why it was held. Nobody's identity."""
    return {
        "at": actor.now.isoformat(timespec="seconds"),
        "rules": {"version": RULES_VERSION},
        "status": decision.status,
        "code": decision.code,
        "changes": {name: count for name, count in sorted(decision.counts.items()) if count},
    }


def _keep_document(
    patient: Patient, about: dict[str, Any], content: Iterable[Any], *, held: bool, actor: Actor
) -> Document:
    registry = actor.registry
    blob = SealedBlob.write(registry, patient.key_id, map(bytes, content))
    sealed = seal_json(registry, patient.key_id, "document", about)
    document: Document
    if held:
        document = HeldDocument(sealed, blob, actor.now)
        document.until = actor.now + timedelta(days=setting(registry, "cpms.imaging.held_days"))
    else:
        document = Document(sealed, blob, actor.now)
    document.owner = actor.answers_oid
    place, kind = (HELD_DOCUMENTS, HeldDocuments) if held else (DOCUMENTS, Documents)
    if place not in patient:
        patient.add(place, kind("Documents", actor.now))
    patient[place].add(random_id(12), document)
    _destroy_expired(patient, actor)
    touch(patient, actor)
    announce(registry, Changed(document, actor, "document.held" if held else "document.add"))
    return document


def release_document(held: HeldDocument, actor: Actor) -> Document:
    """Keep a held document: whoever brought it says that it does not name the patient."""
    patient = patient_of(held)
    if patient is None or held.until <= actor.now:
        raise ValueRefusedError(_("This document was destroyed."))
    about = about_document(held, actor.registry)
    about["report"] = {**about["report"], "status": "stored", "released": True}
    content = held.blob.read(actor.registry)
    document = _keep_document(patient, about, content, held=False, actor=actor)
    held.__parent__.remove(held.__name__)
    return document


def destroy_document(held: HeldDocument, actor: Actor) -> None:
    """Destroy a held document."""
    announce(actor.registry, Changed(held, actor, "document.held_destroyed"))
    held.__parent__.remove(held.__name__)


def _destroy_expired(patient: Patient, actor: Actor) -> None:
    """Destroy the held documents of the whole portal whose last day is over."""
    everywhere = system_actor(actor.registry)
    oldest = find(everywhere, "held_document", within=root_of(patient), size=SWEPT_AT_ONCE)
    for held in [one for one in oldest if one.until <= actor.now]:
        destroy_document(held, everywhere)


def check_size(size: int, actor: Actor) -> None:
    """Refuse a file that is empty or too large."""
    largest = setting(actor.registry, "cpms.records.largest_document")
    if size == 0:
        raise UploadRefusedError(_("The file is empty."))
    if size > largest:
        said = _("The file is too large: at most ${megabytes} MB.")
        said = _(said, mapping={"megabytes": largest // 1_000_000})
        raise UploadRefusedError(said)


def remove_document(document: Document, reason: str, actor: Actor) -> None:
    """Remove a document for good."""
    if not reason.strip():
        raise ValueRefusedError(_("Please say why."), "reason")
    patient = patient_of(document)
    announce(actor.registry, Changed(document, actor, "document.remove", {"reason": reason}))
    del document.__parent__[document.__name__]
    if patient is not None:
        touch(patient, actor)
