"""The panels of the training site, from ``content/training_site/patients.yaml``.

Each panel is made by the same actions as the pages, in the name of the accounts, at the moments
the file gives in days before the import: the site always looks lived in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from cpms_portal.contentio.reading import check_keys
from cpms_portal.core.actor import Actor
from cpms_portal.notifications.actions import mark_read
from cpms_portal.notifications.queries import box_of
from cpms_portal.panels.actions import advice, invitations, outcome, steering
from cpms_portal.panels.queries.progress import is_countable
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.importer import acting, imported_patient, read_patients
from cpms_portal.patients.resources import Patient

NEEDED = {
    "question", "area", "urgent", "phase", "opened_days_ago", "lead", "members", "contributions",
    "information_requests", "signatures",
}  # fmt: skip
OPTIONAL = {"outcome", "cancel", "restart"}
#: Phases in the order in which they are reached; the last three end a round.
PHASES = (
    "draft", "awaiting_lead", "selection", "cancelled", "data_completion", "assessment",
    "outcome", "sign_off", "closed", "archived", "restarted",
)  # fmt: skip
TOO_FEW = "Training: too few contributions."
READ_AFTER = timedelta(days=7)
#: What is done so many days before the import.
Deed = Callable[[float], Any]


def import_training_panels(root: Any, folder: Path, actor: Actor) -> int:
    """Make the panels that are missing; return how many were made."""
    made = 0
    for entry, centre in read_patients(root, folder):
        told = entry.get("panel")
        patient = imported_patient(centre, entry, actor)
        if not told or patient is None or "panels" in patient:
            continue
        check_keys(folder / "training_site" / "patients.yaml", told, NEEDED, OPTIONAL)
        if _consented(patient, actor):
            _Story(root, entry["account"], told, actor).tell(patient)
            made += 1
    if made:
        _read_old_notices(root, actor)
    return made


def _consented(patient: Patient, actor: Actor) -> bool:
    care = patient.consent("care")
    return care is not None and care.given < actor.now.date()


def _read_old_notices(root: Any, actor: Actor) -> None:
    for person in root["people"].values():
        box = box_of(person)
        if box is not None:
            notices = box.notices.items()
            mark_read(person, [name for name, one in notices if one.at < actor.now - READ_AFTER])


@dataclass
class _Story:
    """One panel of the file: its deeds, each with its moment, done one after the other."""

    root: Any
    account: str
    told: dict[str, Any]
    actor: Actor

    def tell(self, patient: Patient) -> None:
        """Make the panel."""
        care = patient.consent("care")
        days = float(self.told["opened_days_ago"])
        if care is not None:
            given = datetime.combine(care.given, time(12), self.actor.now.tzinfo)
            days = min(days, (self.actor.now - given) / timedelta(days=1))
        opened = steering.open_panel(patient, self.told, self.by(self.account, days))
        deeds = [*self._beginning(opened, days), *self._talk(opened), *self._ending(opened)]
        for at, deed in sorted(deeds, key=lambda pair: -pair[0]):
            deed(min(at, days))

    def by(self, account: str, days_ago: float) -> Actor:
        """Return an account's actor at a moment; what it may is what it may today."""
        at = self.actor.now - timedelta(days=days_ago)
        return replace(acting(self.root, account, self.actor), now=at, source="import")

    def _reached(self, phase: str) -> bool:
        return PHASES.index(self.told["phase"]) >= PHASES.index(phase)

    @property
    def lead(self) -> str:
        """The account that leads."""
        return str(self.told["lead"])

    @property
    def coordinator(self) -> str:
        """The coordinator of the network, named like the requester."""
        return self.account.rstrip("0123456789").removesuffix("hpuser") + "coordinator"

    def _first_word(self) -> float:
        told = self.told
        written = [
            one["days_ago"] for one in (*told["contributions"], *told["information_requests"])
        ]
        cancel = [told["cancel"]["days_ago"]] if "cancel" in told else []
        return max([*written, *cancel], default=0)

    def _last_word(self) -> float:
        told = self.told
        written = [
            one["days_ago"] for one in (*told["contributions"], *told["information_requests"])
        ]
        return min(written, default=told["opened_days_ago"] / 2)

    def _step(self, panel: Panel, name: str, account: str, reason: str = "") -> Deed:
        return lambda at: steering.move(panel, name, self.by(account, at), reason=reason)

    def _beginning(self, panel: Panel, days: float) -> Iterator[tuple[float, Deed]]:
        """Yield what happens between the opening and the first word of a member."""
        room = max(days - self._first_word(), 0.0)
        if not self._reached("awaiting_lead"):
            return
        if self.told["lead"] == self.account:
            yield days, self._step(panel, "submit", self.account)
        else:
            yield days, self._step(panel, "ask_assistance", self.account)
        if not self._reached("selection"):
            return
        if self.told["lead"] != self.account:
            yield (
                days - 0.1 * room,
                lambda at: steering.assign_lead(
                    panel,
                    acting(self.root, self.lead, self.actor).person,
                    self.by(self.coordinator, at),
                ),
            )
        yield from self._inviting(panel, days, room)
        if self._reached("data_completion"):
            yield days - 0.6 * room, self._step(panel, "complete_data", self.lead)
        if self._reached("assessment"):
            yield days - 0.7 * room, self._step(panel, "assess", self.lead)

    def _inviting(self, panel: Panel, days: float, room: float) -> Iterator[tuple[float, Deed]]:
        members = self.told["members"]
        if not members:
            return

        def invite(at: float) -> None:
            people = [acting(self.root, one["account"], self.actor).person for one in members]
            sent = invitations.invite(panel, people, self.by(self.lead, at))
            made.update(zip([one["account"] for one in members], sent, strict=True))

        made: dict[str, Any] = {}
        yield days - 0.2 * room, invite
        for one in members:
            if one["state"] != "invited":
                yield days - 0.5 * room, self._answer(made, one["account"], one["state"])

    def _answer(self, made: dict[str, Any], account: str, state: str) -> Deed:
        return lambda at: invitations.answer_invitation(
            made[account], self.by(account, at), accept=state == "accepted"
        )

    def _talk(self, panel: Panel) -> Iterator[tuple[float, Deed]]:
        for told in self.told["contributions"]:
            yield told["days_ago"], self._contribute(panel, told)
        for told in self.told["information_requests"]:
            yield told["days_ago"] + 0.01, self._ask(panel, told)

    def _contribute(self, panel: Panel, told: dict[str, Any]) -> Deed:
        return lambda at: advice.contribute(panel, told["text"], self.by(told["account"], at))

    def _ask(self, panel: Panel, told: dict[str, Any]) -> Deed:
        def ask(at: float) -> None:
            asked = advice.request_information(panel, told["text"], self.by(told["account"], at))
            if told["answer"] is not None:
                answered = self.by(self.account, max(at - 0.4, 0.0))
                advice.answer_information(asked, told["answer"], answered)

        return ask

    def _ending(self, panel: Panel) -> Iterator[tuple[float, Deed]]:
        """Yield what happens after the last word: outcome, signatures, close, restart, cancel."""
        told = self.told
        if told["phase"] == "cancelled":
            reason = told["cancel"]["reason"]
            yield told["cancel"]["days_ago"], self._step(panel, "cancel", self.account, reason)
            return
        if not self._reached("outcome"):
            return
        signed = [one["days_ago"] for one in told["signatures"]]
        last = self._last_word()
        room = last - max(signed, default=0)
        yield last - 0.2 * room, lambda at: self._begin_outcome(panel, at)
        yield (
            last - 0.5 * room,
            lambda at: outcome.write_outcome(panel, told["outcome"], self.by(self.lead, at)),
        )
        if self._reached("sign_off"):
            yield last - 0.8 * room, self._step(panel, "ask_signatures", self.lead)
            for one in told["signatures"]:
                yield one["days_ago"], self._sign(panel, one["account"])
        if self._reached("closed"):
            yield from self._closing(panel, min(signed))

    def _begin_outcome(self, panel: Panel, at: float) -> None:
        name, reason = ("write_outcome", "")
        if not is_countable(panel):
            name, reason = "write_outcome_anyway", TOO_FEW
        steering.move(panel, name, self.by(self.lead, at), reason=reason)

    def _sign(self, panel: Panel, account: str) -> Deed:
        return lambda at: outcome.sign(panel, self.by(account, at))

    def _closing(self, panel: Panel, signed: float) -> Iterator[tuple[float, Deed]]:
        restart = self.told.get("restart")
        room = signed - (restart["days_ago"] if restart else 0)
        yield signed - 0.3 * room, self._step(panel, "close", self.lead)
        if self.told["phase"] == "archived":
            yield signed - 0.6 * room, self._step(panel, "archive", self.lead)
        if restart:
            yield restart["days_ago"], self._step(panel, "restart", self.lead, restart["reason"])
