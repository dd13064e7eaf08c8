"""Questions about patients."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Viewed, announce
from cpms_portal.core.resources import find_above, oid_of, resource_of
from cpms_portal.imaging.deidentification.identity import KnownIdentity, Traces, folded
from cpms_portal.patients.resources import Patient
from cpms_portal.search.queries import Found, count, find
from cpms_portal.security.permissions import Permission
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.sealing import open_json

IDENTITY, HEADLINE = "identity", "headline"
_WORD = re.compile(r"[^\W_]+")
#: Syllables that can be said in most languages of Europe.
_SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]


def patient_of(resource: Any) -> Patient | None:
    """Return the patient something belongs to, or None."""
    return find_above(resource, Patient)


def care_consent_valid(patient: Patient, now: datetime) -> bool:
    """Say whether there is a care consent that was given and not withdrawn."""
    care = patient.consent("care")
    return care is not None and care.given <= now.date()


def identity_of(patient: Patient, actor: Actor) -> dict[str, Any]:
    """Open the sealed identity and announce that it was read.

    Keys: given_name, family_name, birth_date (datetime.date), place_of_birth, hospital_number,
    residence (ISO 3166-1 alpha-2, lower case).
    """
    announce(actor.registry, Viewed(patient, actor, "patient.identity"))
    return opened_identity(patient, actor.registry)


def opened_identity(patient: Patient, registry: Registry) -> dict[str, Any]:
    """Open the sealed identity for the portal's own work; nobody is shown it."""
    identity = open_json(registry, patient.key_id, IDENTITY, patient.identity) or {}
    if identity.get("birth_date"):
        identity["birth_date"] = date.fromisoformat(identity["birth_date"])
    return identity


def known_identity_of(patient: Patient, registry: Registry) -> KnownIdentity:
    """Return what de-identification looks for in files and texts."""
    identity = opened_identity(patient, registry)
    names = (identity.get("given_name", ""), identity.get("family_name", ""))
    return KnownIdentity(
        names=tuple(name for name in names if name),
        birth_date=identity.get("birth_date"),
        identifiers=tuple(filter(None, [identity.get("hospital_number")])),
    )


def names_somebody(text: str, known: KnownIdentity) -> bool:
    """Say whether a text holds a part of a known identity."""
    traces = Traces()
    traces.add_known(known)
    return traces.finder().is_in(text)


def headline_of(patient: Patient, actor: Actor) -> dict[str, str]:
    """Return the diagnosis in words, for a line of a listing: {"diagnosis", "status"}."""
    opened = open_json(actor.registry, patient.key_id, HEADLINE, patient.headline)
    return opened or {"diagnosis": "", "status": ""}


def random_nickname() -> str:
    """Return a name that can be said and belongs to nobody, like Tavomelu; about 2^24 of them."""
    return "".join(secrets.choice(_SYLLABLES) for _position in range(4)).capitalize()


def patients_of(
    institution: Any,
    actor: Actor,
    *,
    where: Mapping[str, Any] | None = None,
    sort: str = "changed",
    start: int = 0,
) -> Found:
    """Return a batch of the patients of a centre that the actor may see."""
    return find(
        actor,
        "patient",
        within=institution,
        where=where,
        sort=sort,
        descending=sort != "title",
        start=start,
    )


def patients_owned_by(person: int, institution: Any, actor: Actor) -> list[Patient]:
    """Return all patients of a centre that a person (oid) enrolled."""
    return _all_patients(institution, {"owner": person}, actor)


def removed_patients(root: Any, actor: Actor) -> list[Patient]:
    """Return what is left of all removed patients."""
    return _all_patients(root, {"state": "removed"}, actor)


def _all_patients(within: Any, where: dict[str, Any], actor: Actor) -> list[Patient]:
    number = count(actor, "patient", within=within, where=where)
    if not number:
        return []
    return find(actor, "patient", within=within, where=where, sort="changed", size=number).items


def possible_duplicates(
    institution: Any, values: Mapping[str, Any], actor: Actor, *, besides: Patient | None = None
) -> list[Patient]:
    """Return the patients of this centre who may be the same person, as far as the actor sees.

    Compared are name with date of birth, and hospital number; never with other centres.
    """
    patients = institution.get("patients")
    if patients is None:
        return []
    oids = {
        oid
        for digest in identity_digests(institution, values, actor.registry)
        for oid in patients.known.get(digest, ())
    }
    found = [resource_of(patients, oid) for oid in sorted(oids)]
    return [
        patient
        for patient in found
        if patient is not None
        and patient is not besides
        and actor.may(Permission.PATIENT_VIEW, patient)
    ]


def patient_with_number(institution: Any, number: str, registry: Registry) -> Patient | None:
    """Return the patient of a centre with a hospital number, or None."""
    patients = institution.get("patients")
    if patients is None:
        return None
    digests = identity_digests(institution, {"hospital_number": number}, registry)
    oids = [oid for digest in digests for oid in patients.known.get(digest, ())]
    return resource_of(patients, oids[0]) if oids else None


def identity_digests(
    institution: Any, values: Mapping[str, Any], registry: Registry
) -> Iterator[bytes]:
    """Yield the digests an identity is known by in its centre (HMAC-SHA-256, 16 bytes)."""
    born = values.get("birth_date")
    words = _WORD.findall(f"{values.get('given_name', '')} {values.get('family_name', '')}")
    said = []
    if born and words:
        said.append(f"person {' '.join(sorted(map(folded, words)))} {born.isoformat()}")
    number = "".join(_WORD.findall(folded(values.get("hospital_number") or "")))
    if number:
        said.append(f"number {number}")
    if not said:
        return
    key = _key_of_centre(institution, registry)
    for text in said:
        yield hmac.digest(key, text.encode(), "sha256")[:16]


def _key_of_centre(institution: Any, registry: Registry) -> bytes:
    ring, name = keyring(registry), f"centre-{oid_of(institution)}"
    if not ring.exists(name):
        ring.create(name)
    return ring.key(name)
