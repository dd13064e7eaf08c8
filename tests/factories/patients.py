"""Patients for tests: nobody here exists. Names mean "sample" or are made of plain words."""

from __future__ import annotations

from datetime import date
from typing import Any

from cpms_portal.networks.actions import admit_member
from cpms_portal.patients.actions import enrol_patient
from cpms_portal.patients.resources import Patient
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role

#: Who works where on the training site.
CLINICIAN = "rareliverhpuser1"
CENTRE = "/networks/rare-liver/germany/de40/"
IDENTITY = {
    "given_name": "Quirinella",
    "family_name": "Musterbaumgarten",
    "birth_date": date(1979, 4, 21),
    "place_of_birth": "Beispielhausen",
    "hospital_number": "HN-7731904",
    "residence": "de",
}
#: What must stand nowhere in the open.
SECRETS = ("Quirinella", "Musterbaumgarten", "Beispielhausen", "HN-7731904", "1979-04-21")


def enrolment(**changes: Any) -> dict[str, Any]:
    """Return what is asked at enrolment, with changes."""
    consents = {"care": {"given": date(2026, 3, 2), "signer": "patient"}}
    return {**IDENTITY, "sex": "female", "consents": consents, **changes}


def centre_of(root: Any, path: str = CENTRE) -> Any:
    """Return the centre at a path."""
    node = root
    for name in path.strip("/").split("/"):
        node = node[name]
    return node


def person_of(root: Any, login: str = CLINICIAN) -> Any:
    """Return the person with a login."""
    return root["people"].person_of_login(login)


def acting_as(root: Any, registry: Any, login: str = CLINICIAN) -> Any:
    """Return the actor for a login."""
    return actor_for(registry, person_of(root, login))


def enrolled(root: Any, registry: Any, **changes: Any) -> Patient:
    """Return a patient enrolled at the clinician's centre; a new number each time."""
    centre, actor = centre_of(root), acting_as(root, registry)
    already = len(centre["patients"]) if "patients" in centre else 0
    changes.setdefault("hospital_number", f"HN-77319{already:03}")
    return enrol_patient(centre, enrolment(**changes), actor)


def member_of_centre(root: Any, login: str, role: Role, actor: Any) -> Any:
    """Return the membership of a person at the clinician's centre."""
    return admit_member(centre_of(root), person_of(root, login), role, actor)


def patient_of(root) -> Patient:
    """Return the first patient of the centre of the HP."""
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    return next(node for _, node in sorted(patients.items()) if isinstance(node, Patient))
