"""Invented patients and panels, made from a seed through the same actions as the pages."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.networks.actions import add_person, admit_member
from cpms_portal.networks.resources import Institution, Network
from cpms_portal.panels.actions.steering import open_panel, submit
from cpms_portal.patients.actions import enrol_patient, set_headline
from cpms_portal.patients.resources import Patient
from cpms_portal.security.principals import actor_for
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role

#: Patients are spread evenly over so many centres, whatever their number.
CENTRES = 40
BATCH = 200
SYLLABLES = "ba bo di do fe fi ga go ka ko la li lo ma mi mo na no pa ra ri ro sa so ta ti va zu"
DIAGNOSES = {
    "905": "Wilson disease",
    "186": "Primary biliary cholangitis",
    "171": "Primary sclerosing cholangitis",
    "2137": "Autoimmune hepatitis",
    "30391": "Biliary atresia",
}
QUESTION = "Which treatment would you advise next, and which test is missing? (invented case)"


@dataclass
class Filling:
    """What fills a portal: the source of chance, and how each batch is kept."""

    root: Any
    actor: Actor
    chance: random.Random
    keep: Callable[[int], None]

    def word(self, syllables: int) -> str:
        """Return an invented name."""
        return "".join(self.chance.choices(SYLLABLES.split(), k=syllables)).title()


def centres_of(network: Network) -> list[Institution]:
    """Return the first centres of a network, in the order of its countries."""
    found = [
        centre
        for country in network.countries()
        for centre in country.institutions()
        if not centre.is_guest_access
    ]
    return found[:CENTRES]


def clinician_of(centre: Institution, filling: Filling) -> Person:
    """Return the invented clinician of a centre; made at the first call."""
    people, login = filling.root["people"], f"invented-{centre.__parent__.code}-{centre.code}"
    found = people.person_of_login(login)
    if isinstance(found, Person):
        return found
    name = f"{filling.word(2)} {filling.word(3)}"
    mail = f"{login}@training.invalid".lower()
    person = add_person(people, name, mail, login=login, actor=filling.actor)
    admit_member(centre, person, Role.HP, filling.actor)
    return person


def invented_identity(filling: Filling) -> dict[str, Any]:
    """Return what an enrolment form would hold."""
    today = filling.actor.now.date()
    born = today - timedelta(days=filling.chance.randrange(200, 80 * 365))
    given = date.fromordinal(today.toordinal() - filling.chance.randrange(1, 100))
    return {
        "given_name": filling.word(2),
        "family_name": filling.word(3),
        "birth_date": born,
        "place_of_birth": filling.word(3),
        "hospital_number": str(filling.chance.randrange(10**7)),
        "residence": "",
        "sex": filling.chance.choice(["female", "male"]),
        "consents": {"care": {"given": max(given, born), "signer": "patient"}},
    }


def fill_patients(network: Network, number: int, filling: Filling) -> Iterator[Patient]:
    """Enrol invented patients, the same number at each centre; yield them."""
    centres = centres_of(network)
    actors = [
        actor_for(filling.actor.registry, clinician_of(centre, filling)) for centre in centres
    ]
    filling.keep(0)
    for count in range(number):
        place = count % len(centres)
        patient = enrol_patient(centres[place], invented_identity(filling), actors[place])
        code, text = filling.chance.choice(list(DIAGNOSES.items()))
        headline = {"diagnosis": text, "status": "suspected"}
        set_headline(patient, headline, (f"ORPHA:{code}",), actors[place])
        yield patient
        if count % BATCH == BATCH - 1:
            filling.keep(count + 1)
    filling.keep(number)


def fill_panel(patient: Patient, network: Network, filling: Filling) -> None:
    """Open a panel about a patient, led by who enrolled them."""
    centre = patient.__parent__.__parent__
    actor = actor_for(filling.actor.registry, clinician_of(centre, filling))
    area = filling.chance.choice(network.areas).area_id
    urgent = filling.chance.random() < 0.1
    panel = open_panel(patient, {"question": QUESTION, "area": area, "urgent": urgent}, actor)
    submit(panel, actor)
