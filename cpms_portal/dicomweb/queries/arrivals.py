"""Questions about arrivals: what waits at a centre, and whose it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pyramid.traversal import resource_path

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import resource_of
from cpms_portal.core.settings import setting
from cpms_portal.dicomweb.inbox.parcels import About, Inbox, Parcel, inbox_of
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.queries import possible_duplicates
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission


@dataclass(frozen=True)
class Arrival:
    """A study that waits, until when, and the patients of the centre it may belong to."""

    parcel: Parcel
    until: datetime
    born: date | None
    suggested: tuple[Patient, ...]


def inbox_at(centre: Institution, actor: Actor) -> Inbox:
    """Return the inbox of a centre."""
    return inbox_of(actor.registry, resource_path(centre))


def arrivals_at(centre: Institution, actor: Actor) -> Iterator[Arrival]:
    """Yield what waits at a centre and has not run out, the latest first."""
    inbox = inbox_at(centre, actor)
    days = timedelta(days=setting(actor.registry, "cpms.dicomweb.keep_days"))
    for parcel in inbox.parcels():
        if parcel.arrived >= inbox.oldest:
            born = _day(parcel.about.birth_date)
            found = tuple(suggested(centre, parcel.about, actor))
            yield Arrival(parcel, parcel.arrived + days, born, found)


def suggested(centre: Institution, about: About, actor: Actor) -> list[Patient]:
    """Return the patients a study may belong to: by the code of the portal, else by identity.

    The identity is compared inside the centre only, by digests with the centre's own key.
    """
    coded = patient_called(centre, about.number, actor)
    if coded is not None and coded.__name__ == about.number.strip().lower():
        return [coded]
    family, _caret, given = about.name.partition("^")
    values = {
        "family_name": family.replace("=", " "),
        "given_name": given.replace("^", " ").partition("=")[0],
        "birth_date": _day(about.birth_date),
        "hospital_number": about.number,
    }
    return possible_duplicates(centre, values, actor)


def patient_called(centre: Institution, text: str, actor: Actor) -> Patient | None:
    """Return the patient with a code or a nickname that may get images, or None."""
    patients, wanted = centre.get("patients"), text.strip().lower()
    if patients is None or not wanted:
        return None
    found: Any = patients.get(wanted)
    if found is None and wanted in patients.nicknames:
        found = resource_of(patients, patients.nicknames[wanted])
    allowed = isinstance(found, Patient) and actor.may(Permission.STUDY_ADD, found)
    return found if allowed else None


def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    except ValueError:
        return None
