"""The invented patients of the training site, from ``content/training_site/patients.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from cpms_portal.contentio.reading import check_keys, read_yaml
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.imaging.importer import import_study, read_studies
from cpms_portal.networks.queries import country_of
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.actions import enrol_patient
from cpms_portal.patients.queries import patient_with_number
from cpms_portal.patients.resources import Patient
from cpms_portal.security.principals import actor_for

IDENTITY_KEYS = {"given_name", "family_name", "place_of_birth", "hospital_number"}
KEYS = {
    "id", "network", "account", "institution", "sex", "born", "identity", "consents", "diagnosis",
    "signs", "clinical_question", "history", "findings", "labs", "medication", "panel",
}  # fmt: skip


def import_patients(root: Any, folder: Path, actor: Actor) -> int:
    """Enrol the patients that are missing; return how many were made."""
    made = 0
    for entry, centre in read_patients(root, folder):
        if imported_patient(centre, entry, actor) is None:
            _enrol(root, centre, entry, actor)
            made += 1
    return made


def import_studies(root: Any, folder: Path, actor: Actor) -> int:
    """Give patients their invented studies; return how many were made."""
    made, wanted = 0, read_studies(folder)
    for entry, centre in read_patients(root, folder) if wanted else ():
        patient = imported_patient(centre, entry, actor)
        for study in wanted:
            if study["patient"] == entry["id"] and patient is not None:
                made += import_study(patient, study, acting(root, entry["account"], actor))
    return made


def read_patients(root: Any, folder: Path) -> Iterator[tuple[dict[str, Any], Institution]]:
    """Yield each entry of the file with its centre; without accounts there are none."""
    path = folder / "training_site" / "patients.yaml"
    if not path.exists() or not len(root["people"].by_login):
        return
    found = read_yaml(path)
    check_keys(path, found, {"patients"})
    for entry in found["patients"]:
        check_keys(path, entry, KEYS)
        check_keys(path, entry["identity"], IDENTITY_KEYS)
        centre = _centre(root["networks"], entry)
        if centre is None:
            raise ConfigurationRefusedError(f"{path}: {entry['id']}: unknown centre")
        yield entry, centre


def imported_patient(centre: Institution, entry: dict[str, Any], actor: Actor) -> Patient | None:
    """Return the patient made from an entry earlier, or None."""
    return patient_with_number(centre, entry["identity"]["hospital_number"], actor.registry)


def acting(root: Any, account: str, actor: Actor) -> Actor:
    """Return the actor for a training account."""
    person = root["people"].person_of_login(account)
    if person is None:
        raise ConfigurationRefusedError(f"training_site: unknown account {account}")
    return actor_for(actor.registry, person)


def _centre(networks: Any, entry: dict[str, Any]) -> Institution | None:
    slug = entry["institution"].lower()
    network = networks.get(entry["network"])
    countries = [] if network is None else network.countries()
    return next((country[slug] for country in countries if slug in country), None)


def _enrol(root: Any, centre: Institution, entry: dict[str, Any], actor: Actor) -> None:
    country = country_of(centre)
    values = {
        **entry["identity"],
        "birth_date": entry["born"],
        "sex": entry["sex"],
        "residence": "" if country is None else country.code,
        "consents": {kind: {"given": given} for kind, given in entry["consents"].items()},
    }
    # Enrolled when the care consent was given, so that panels opened since then come after.
    noon = datetime.combine(entry["consents"]["care"], time(12), UTC)
    by = acting(root, entry["account"], actor)
    enrol_patient(centre, values, replace(by, now=min(by.now, noon)))
