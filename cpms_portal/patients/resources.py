"""Patients and what the portal keeps of them in the open; everything else is sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from BTrees.OOBTree import OOBTree
from zope.interface import implementer

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import (
    Container,
    Content,
    content_type,
    find_above,
    oid_of,
    resource_of,
)
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.networks.resources import Institution
from cpms_portal.security.roles import PANEL_ROLES, Role

SEXES = ("female", "male", "other", "unknown")
CONSENTS = ("care", "registries", "research")


@dataclass(frozen=True)
class Consent:
    """One consent as the centre recorded it; the signed paper stays in the centre.

    given: the date on the paper. signer: ``patient`` or ``guardian``. withdrawn: when it ended.
    """

    kind: str
    given: date
    signer: str
    recorded: datetime
    recorded_by: str
    withdrawn: datetime | None = None
    withdrawn_by: str = ""
    reason: str = ""


@content_type("Patients")
@implementer(IPassage)
class Patients(Container):
    """The patients of a centre.

    nicknames: nickname in lower case → oid. known: keyed digest of an identity → oids, by which
    a second enrolment is noticed; without the centre's key the digests say nothing.
    """

    noun = "patients"

    def __init__(self, title: str = "Patients", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.nicknames: OOBTree = OOBTree()
        self.known: OOBTree = OOBTree()


@content_type("Patient")
class Patient(Container):
    """A patient of a centre.

    identity: sealed; version counts its changes. birth_month: "1979-04", shown as age.
    owner: oid of who enrolled. team: further oids, where the centre works in teams.
    shared_with: oids of the panels that may read. codes: coded diagnosis and signs, for
    listings. headline: sealed diagnosis in words, for listings. open_panels: how many run.
    """

    noun = "patient"
    #: The same for all: page titles reach the history of browsers.
    title: str = _("Patient")
    state: str = ""
    history: tuple[Any, ...] = ()
    identity: bytes = b""
    version: int = 1
    nickname: str = ""
    sex: str = "unknown"
    birth_month: str = ""
    owner: int = 0
    team: tuple[int, ...] = ()
    shared_with: tuple[int, ...] = ()
    consents: tuple[Consent, ...] = ()
    codes: tuple[str, ...] = ()
    headline: bytes = b""
    open_panels: int = 0
    changed: datetime | None = None
    #: When and by whom the enrolment was edited last.
    edited: tuple[datetime, str] | None = None

    def __init__(self, key_id: str = "", created: datetime | None = None) -> None:
        super().__init__("", created)
        del self.title
        self.key_id = key_id
        self.changed = created

    def age(self, now: datetime) -> int:
        """Return the age in whole years, by month of birth."""
        year, month = (int(part) for part in self.birth_month.split("-"))
        return max(now.year - year - (now.month < month), 0)

    def consent(self, kind: str) -> Consent | None:
        """Return the consent of a kind that counts, or None."""
        latest = next((one for one in reversed(self.consents) if one.kind == kind), None)
        return latest if latest is not None and latest.withdrawn is None else None

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A patient bears its owner, the roles of its panels, and who of the centre may come."""
        if role in PANEL_ROLES:
            return self.shared_with if self.state == "enrolled" else ()
        if role == Role.EMERGENCY:
            return (oid_of(self),)
        centre = find_above(self, Institution)
        visibility = "centre" if centre is None else centre.visibility
        if role == Role.OWNER or (role == Role.ASSISTANT and visibility != "centre"):
            people = (self.owner, *self.team) if visibility == "team" else (self.owner,)
            return tuple(oid for oid in people if _works_at(self, oid, centre))
        if role == Role.HP and visibility != "centre":
            return ()
        return None

    def index_facets(self) -> dict[str, Any]:
        """Patients are found by coded diagnosis and signs, and by who enrolled them."""
        return {"code": self.codes, "owner": self.owner or None}

    def index_sorts(self) -> dict[str, Any]:
        """Patients are listed by nickname or by the last change."""
        return {"title": self.nickname, "changed": self.changed}


def _works_at(patient: Patient, oid: int, centre: Institution | None) -> bool:
    """Say whether a person holds a profile at a centre: who left it owns nothing there."""
    person = resource_of(patient, oid) if oid and centre is not None else None
    if person is None:
        return False
    node = oid_of(centre)
    return any(held.node == node for held in person.grants.held)


@content_type("EmergencyAccesses")
@implementer(IPassage)
class EmergencyAccesses(Container):
    """How often a patient was opened by break-glass."""

    noun = "emergency_accesses"


@content_type("EmergencyAccess")
class EmergencyAccess(Content):
    """A clinician opened a patient by break-glass, to read, for a limited time.

    person: oid. until: when reading ends. reason: sealed with the patient's key. ended: when it
    was ended before its time, or None.
    """

    noun = "emergency_access"
    #: The same for all: page titles reach the history of browsers.
    title: str = _("Break-glass")
    state: str = ""
    history: tuple[Any, ...] = ()
    reason: bytes = b""
    ended: datetime | None = None

    def __init__(self, person: int, created: datetime, until: datetime) -> None:
        super().__init__("", created)
        del self.title
        self.person = person
        self.until = until

    def counts(self, now: datetime) -> bool:
        """Say whether the record may be read under it now."""
        return self.ended is None and now < self.until

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """It is its clinician's own."""
        return (self.person,) if role == Role.HOLDER else None

    def index_facets(self) -> dict[str, Any]:
        """It is found by the clinician."""
        return {"person": self.person}
