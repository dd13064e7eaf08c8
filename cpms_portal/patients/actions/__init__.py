"""Enrol patients, keep their identity and consents, share them with panels, remove them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import transaction
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConflictError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import Container, modified, oid_of
from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.patients.queries import (
    HEADLINE,
    IDENTITY,
    identity_digests,
    names_somebody,
    opened_identity,
    random_nickname,
    removed_patients,
)
from cpms_portal.patients.resources import CONSENTS, Consent, Patient, Patients
from cpms_portal.search.actions import is_listed, reindex
from cpms_portal.security.acl import apply_acl
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.sealing import seal_json
from cpms_portal.workflow.actions import begin, transition
from cpms_portal.workflow.queries import state_of, workflow_of

SEALED = ("given_name", "family_name", "place_of_birth", "hospital_number", "residence")
#: What hangs on a patient and goes with its key; panels stay, for the figures of the network.
ERASED = ("record", "documents", "studies")


def enrol_patient(institution: Any, values: Mapping[str, Any], actor: Actor) -> Patient:
    """Enrol a patient at a centre.

    values: given_name, family_name, birth_date (date), place_of_birth, hospital_number,
    residence, sex, nickname (made when missing), consents: {kind: {"given": date, "signer"}}.
    ValueRefusedError without a care consent or with a nickname that cannot be taken.
    """
    consents = _consents_in(values, actor)
    patients = institution.get("patients")
    if patients is None:
        patients = Patients(created=actor.now)
        institution.add("patients", patients)
    key_id = random_id(16)
    keyring(actor.registry).create(key_id)
    patient = Patient(key_id, actor.now)
    patient.owner = actor.answers_oid
    patient.consents = consents
    patient.nickname = values.get("nickname") or free_nickname(institution, values)
    _check_nickname(patients, patient, values)
    _write(patient, values, actor)
    patients.add(random_id(), patient)
    _register(patients, patient, values, actor)
    begin(patient, actor)
    announce(actor.registry, Changed(patient, actor, "patient.enrol"))
    return patient


def edit_enrolment(
    patient: Patient,
    values: Mapping[str, Any],
    actor: Actor,
    *,
    base_version: int | None = None,
) -> None:
    """Change identity, sex and nickname; ConflictError when somebody changed them meanwhile."""
    if base_version is not None and base_version != patient.version:
        raise ConflictError(_("Somebody else changed the enrolment meanwhile."))
    patients = patient.__parent__
    before = opened_identity(patient, actor.registry)
    merged = {**before, "sex": patient.sex, **values}
    nickname = values.get("nickname") or patient.nickname
    _check_nickname(patients, patient, {**merged, "nickname": nickname})
    _unregister(patients, patient, before, actor)
    patient.nickname = nickname
    _write(patient, merged, actor)
    patient.version += 1
    patient.edited = (actor.now, actor.name)
    _register(patients, patient, merged, actor)
    touch(patient, actor)
    announce(actor.registry, Changed(patient, actor, "patient.edit"))


def record_consent(patient: Patient, kind: str, values: Mapping[str, Any], actor: Actor) -> Consent:
    """Record a consent; care given again makes the patient shareable again.

    values: given (date on the paper), signer (``patient`` or ``guardian``).
    """
    if kind not in CONSENTS:
        raise ValueRefusedError(_("There is no such consent."))
    consent = _consent(kind, values, actor)
    patient.consents = (*patient.consents, consent)
    touch(patient, actor)
    announce(actor.registry, Changed(patient, actor, "consent.record", {"kind": kind}))
    if kind == "care" and patient.state == "withdrawn":
        transition(patient, "renew_care", actor)
    return consent


def withdraw_consent(patient: Patient, kind: str, reason: str, actor: Actor) -> None:
    """End a consent; without care nothing is shared outside the centre from this moment."""
    consent = patient.consent(kind)
    if consent is None:
        raise ValueRefusedError(_("There is no such consent to withdraw."))
    if not reason.strip():
        raise ValueRefusedError(_("Please say why."), "reason")
    ended = replace(consent, withdrawn=actor.now, withdrawn_by=actor.name, reason=reason.strip())
    patient.consents = tuple(ended if one is consent else one for one in patient.consents)
    touch(patient, actor)
    announce(actor.registry, Changed(patient, actor, "consent.withdraw", {"kind": kind}))
    if kind == "care" and patient.state == "enrolled":
        transition(patient, "withdraw_care", actor, reason=reason)


def share_with(patient: Patient, panel: Any, actor: Actor) -> None:
    """Let the people of a panel read the patient."""
    oid = oid_of(panel)
    if oid not in patient.shared_with:
        patient.shared_with = (*patient.shared_with, oid)
        reapply(patient, actor)


def unshare_from(patient: Patient, panel: Any, actor: Actor) -> None:
    """End the reading of a panel's people, at once and everywhere below."""
    oid = oid_of(panel)
    if oid in patient.shared_with:
        patient.shared_with = tuple(one for one in patient.shared_with if one != oid)
        reapply(patient, actor)


def remove_patient(patient: Patient, reason: str, actor: Actor) -> None:
    """Remove a patient: its key is destroyed when the transaction is kept."""
    transition(patient, "remove", actor, reason=reason)


def reapply(patient: Patient, actor: Actor) -> None:
    """Store the access lists of a patient and of what hangs on it anew."""
    apply_acl(patient, state_of(patient, actor.registry).permissions)
    reapply_below(patient, actor)


def reapply_below(patient: Patient, actor: Actor) -> None:
    """Store the access lists below a patient anew; what has none is only indexed again."""
    for container in patient.values():
        for child in _inside(container):
            if workflow_of(child, actor.registry) is not None:
                apply_acl(child, state_of(child, actor.registry).permissions)
            elif is_listed(child):
                reindex(child)


def _inside(container: Any) -> Iterator[Any]:
    """Yield everything below a container."""
    for child in container.values() if isinstance(container, Container) else ():
        yield child
        yield from _inside(child)


def touch(patient: Patient, actor: Actor) -> None:
    """Say that something a listing shows changed now."""
    patient.changed = actor.now
    modified(patient, actor.registry)


def set_headline(
    patient: Patient, headline: Mapping[str, str], codes: tuple[str, ...], actor: Actor
) -> None:
    """Keep for listings the diagnosis in words (sealed) and its codes ("ORPHA:905")."""
    patient.headline = seal_json(actor.registry, patient.key_id, HEADLINE, dict(headline))
    patient.codes = codes


def set_open_panels(patient: Patient, number: int, actor: Actor) -> None:
    """Keep for listings how many panels run."""
    if patient.open_panels != number:
        patient.open_panels = number
        touch(patient, actor)


def free_nickname(institution: Any, values: Mapping[str, Any] | None = None) -> str:
    """Return a random nickname that is free in the centre and no part of an identity."""
    patients, known = institution.get("patients"), _known(values or {})
    while True:
        nickname = random_nickname()
        taken = patients is not None and nickname.lower() in patients.nicknames
        if not taken and not names_somebody(nickname, known):
            return nickname


def erase(patient: Patient, actor: Actor) -> None:
    """Drop what hangs on a patient, and its key when the transaction is kept."""
    identity = opened_identity(patient, actor.registry)
    _unregister(patient.__parent__, patient, identity, actor)
    for name in ERASED:
        if name in patient:
            del patient[name]
    patient.identity = patient.headline = b""
    patient.nickname, patient.sex, patient.birth_month = "", "unknown", ""
    patient.codes, patient.shared_with, patient.team = (), (), ()
    current = transaction.get()
    current.addAfterCommitHook(_destroy_key, args=(actor.registry, patient.key_id))


def finish_erasures(root: Any, actor: Actor) -> int:
    """Destroy the keys of removed patients that are still there; return how many."""
    ring, finished = keyring(actor.registry), 0
    for patient in removed_patients(root, actor):
        if ring.exists(patient.key_id):
            ring.destroy(patient.key_id)
            finished += 1
    return finished


def _destroy_key(kept: bool, registry: Registry, key_id: str) -> None:
    if kept:
        keyring(registry).destroy(key_id)


def _write(patient: Patient, values: Mapping[str, Any], actor: Actor) -> None:
    born: date = values["birth_date"]
    identity = {name: values.get(name) or "" for name in SEALED}
    identity["birth_date"] = born.isoformat()
    patient.identity = seal_json(actor.registry, patient.key_id, IDENTITY, identity)
    patient.birth_month = f"{born:%Y-%m}"
    patient.sex = values.get("sex") or "unknown"


def _register(
    patients: Patients, patient: Patient, values: Mapping[str, Any], actor: Actor
) -> None:
    oid = oid_of(patient)
    patients.nicknames[patient.nickname.lower()] = oid
    for digest in identity_digests(patients.__parent__, values, actor.registry):
        patients.known[digest] = tuple({*patients.known.get(digest, ()), oid})


def _unregister(
    patients: Patients, patient: Patient, identity: Mapping[str, Any], actor: Actor
) -> None:
    oid = oid_of(patient)
    patients.nicknames.pop(patient.nickname.lower(), None)
    for digest in identity_digests(patients.__parent__, identity, actor.registry):
        left = tuple(one for one in patients.known.get(digest, ()) if one != oid)
        if left:
            patients.known[digest] = left
        else:
            patients.known.pop(digest, None)


def _known(values: Mapping[str, Any]) -> KnownIdentity:
    names = (values.get("given_name") or "", values.get("family_name") or "")
    numbers = tuple(filter(None, [values.get("hospital_number")]))
    return KnownIdentity(names, values.get("birth_date"), numbers)


def _check_nickname(patients: Patients, patient: Patient, values: Mapping[str, Any]) -> None:
    nickname = values.get("nickname") or patient.nickname
    if names_somebody(nickname, _known(values)):
        said = _("The nickname must not hold a part of the name, a number or a date of birth.")
        raise ValueRefusedError(said, "nickname")
    holder = patients.nicknames.get(nickname.lower())
    if holder is not None and holder != getattr(patient, "__oid__", None):
        raise ValueRefusedError(_("Another patient of the centre has this nickname."), "nickname")


def _consents_in(values: Mapping[str, Any], actor: Actor) -> tuple[Consent, ...]:
    asked = values.get("consents") or {}
    found = tuple(
        _consent(kind, asked[kind], actor)
        for kind in CONSENTS
        if (asked.get(kind) or {}).get("given")
    )
    if "care" not in {consent.kind for consent in found}:
        said = _("Without a consent for care nobody can be enrolled. Enter its date.")
        raise ValueRefusedError(said, "consents.care.given")
    return found


def _consent(kind: str, values: Mapping[str, Any], actor: Actor) -> Consent:
    signer = values.get("signer") or "patient"
    return Consent(kind, values["given"], signer, actor.now, actor.name)
