"""Panels and the people in them, made in the portal of the training site by its own actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from cpms_portal.networks.queries import places_of
from cpms_portal.networks.resources import Institution
from cpms_portal.panels.actions.advice import contribute
from cpms_portal.panels.actions.invitations import answer_invitation, invite
from cpms_portal.panels.actions.outcome import sign, write_outcome
from cpms_portal.panels.actions.steering import move, open_panel
from cpms_portal.patients.actions import enrol_patient
from cpms_portal.security.principals import actor_for

REQUESTER = "rareliverhpuser1"
MEMBER = "rareliverhpuser2"
SECOND = "rareliverhpuser4"
INVITED = "rareliverhpuser5"
COORDINATOR = "rarelivercoordinator"
STRANGER = "ernskinhpuser3"

QUESTION = "Which second line after budesonide?"
AREA = "aih"
FAMILY_NAME = "Musterholz"
SECTIONS = {
    "summary": "Record and histology reviewed.",
    "diagnosis": "Overlap syndrome.",
    "recommended_treatment": "Mercaptopurine at a low dose.",
    "agreement": "majority",
    "lay_summary": "A tablet that calms the immune system.",
}
_numbers = count(1)


@dataclass
class Cast:
    """The people of a test: ``cast("rareliverhpuser1")`` is an actor with what they may now."""

    root: Any
    registry: Any

    def person(self, login: str) -> Any:
        """Return a person."""
        return self.root["people"].person_of_login(login)

    def __call__(self, login: str) -> Any:
        """Return an actor."""
        return actor_for(self.registry, self.person(login))

    def centre(self, login: str) -> Any:
        """Return where somebody works."""
        places = places_of(self.person(login), self(login))
        return next(node for node, _roles in places if isinstance(node, Institution))

    def patient(self, login: str = REQUESTER, **changed: Any) -> Any:
        """Enrol a patient at the centre of somebody."""
        number = next(_numbers)
        values = {
            "given_name": "Vera",
            "family_name": FAMILY_NAME,
            "birth_date": date(1979, 4, 17),
            "place_of_birth": "Probestadt",
            "hospital_number": f"HN7731-{number}-{id(self) % 9999}",
            "sex": "female",
            "consents": {"care": {"given": date(2026, 1, 5)}},
            **changed,
        }
        return enrol_patient(self.centre(login), values, self(login))

    def draft(self, login: str = REQUESTER, **changed: Any) -> Any:
        """Open a panel as a draft."""
        values = {"question": QUESTION, "area": AREA, "urgent": False, **changed}
        return open_panel(self.patient(login), values, self(login))

    def selection(self, **changed: Any) -> Any:
        """Open a panel that its requester leads."""
        panel = self.draft(**changed)
        move(panel, "submit", self(REQUESTER))
        return panel

    def invite(self, panel: Any, *logins: str) -> list[Any]:
        """Invite people."""
        return invite(panel, [self.person(login) for login in logins], self(REQUESTER))

    def join(self, panel: Any, *logins: str) -> None:
        """Invite people who accept."""
        for login, invitation in zip(logins, self.invite(panel, *logins), strict=True):
            answer_invitation(invitation, self(login), accept=True)

    def assessment(self) -> Any:
        """Bring a panel with two members to the assessment."""
        panel = self.selection()
        self.join(panel, MEMBER, SECOND)
        move(panel, "assess", self(REQUESTER))
        return panel

    def outcome(self) -> Any:
        """Bring a panel to the outcome, which is written."""
        panel = self.assessment()
        for login in (MEMBER, SECOND):
            contribute(panel, f"Advice of {login}.", self(login))
        move(panel, "write_outcome", self(REQUESTER))
        write_outcome(panel, SECTIONS, self(REQUESTER))
        return panel

    def sign_off(self) -> Any:
        """Bring a panel to the sign-off."""
        panel = self.outcome()
        move(panel, "ask_signatures", self(REQUESTER))
        return panel

    def closed(self) -> Any:
        """Bring a panel to its end, signed by everybody."""
        panel = self.sign_off()
        for login in (REQUESTER, MEMBER, SECOND):
            sign(panel, self(login))
        move(panel, "close", self(REQUESTER))
        return panel
