"""What stands in the document of an outcome. Never identity: nickname, age and sex."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import network_of
from cpms_portal.panels.interfaces import AGREEMENT, SECTIONS
from cpms_portal.panels.queries.people import named, who
from cpms_portal.panels.queries.progress import contributions_of, signers
from cpms_portal.panels.resources import Outcome, Panel
from cpms_portal.patients.queries import patient_of

SEXES = {
    "female": _("female"),
    "male": _("male"),
    "other": _("other"),
    "unknown": _("not known"),
}


@dataclass(frozen=True)
class Section:
    """A section of an outcome: its title and its paragraphs."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    code: str = ""


@dataclass(frozen=True)
class Signer:
    """Somebody who was asked to sign. signed: when; objection: why not, or empty.

    written_by: "A for B" for each assistant who wrote a contribution in that name.
    """

    name: str
    place: str
    country: str
    lead: bool
    signed: datetime | None
    objected: datetime | None
    objection: str
    written_by: tuple[Any, ...] = ()


def age_words(years: int) -> str:
    """Return an age in words."""
    if years == 0:
        return _("under 1 year")
    return _("1 year") if years == 1 else _("${years} years", mapping={"years": years})


def panel_id(panel: Panel) -> str:
    """Return the neutral name of a panel: random id of the patient and number."""
    patient = patient_of(panel)
    return f"{patient.__name__}-{panel.number}" if patient is not None else str(panel.number)


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a text, parted by empty lines."""
    pieces = (" ".join(piece.split()) for piece in text.replace("\r", "").split("\n\n"))
    return tuple(piece for piece in pieces if piece)


def sections_of(outcome: Outcome | None, actor: Actor) -> list[Section]:
    """Return the sections of an outcome that are not empty, in their order."""
    kept = {} if outcome is None else outcome.read(actor.registry, "sections") or {}
    found = []
    for name, title in SECTIONS.items():
        text = kept.get(name) or ""
        shown = (AGREEMENT.get(text, text),) if name == "agreement" and text else paragraphs(text)
        code = _code(kept.get("diagnosis_code")) if name == "diagnosis" else ""
        if shown or code:
            found.append(Section(name, title, shown, code))
    return found


def _code(coding: dict[str, str] | None) -> str:
    if not coding:
        return ""
    return (
        f"{coding.get('system', '')} {coding.get('code', '')} {coding.get('display', '')}".strip()
    )


def signatures_of(panel: Panel, outcome: Outcome | None, actor: Actor) -> list[Signer]:
    """Return who signs an outcome, with what each said."""
    given = {} if outcome is None else dict(outcome.signatures)
    found = []
    people = dict.fromkeys([*signers(panel), *(one.person for one in given.values())])
    for oid in people:
        person, signature = who(panel, oid, actor), given.get(str(oid))
        objected = signature is not None and signature.objected
        text = ""
        if outcome is not None and signature is not None and objected:
            field = f"objection/{oid}"
            text = outcome.opened(actor.registry, field, signature.objection) or ""
        at = None if signature is None else signature.at
        found.append(
            Signer(
                person.name,
                person.place,
                person.country,
                oid == panel.lead,
                None if objected else at,
                at if objected else None,
                text,
                _through(panel, oid),
            )
        )
    return found


def _through(panel: Panel, oid: int) -> tuple[Any, ...]:
    person = resource_of(panel, oid)
    written = contributions_of(panel, panel.round)
    assistants = dict.fromkeys(one.by for one in written if one.person == oid and one.by)
    return tuple(named(panel, person, by) for by in assistants) if person is not None else ()


def document_values(panel: Panel, outcome: Outcome, actor: Actor) -> dict[str, Any]:
    """Return what the template of the document shows."""
    patient, network = patient_of(panel), network_of(panel)
    if patient is None or network is None:
        raise KeyError("panel")
    return {
        "network": network,
        "panel_id": panel_id(panel),
        "round": outcome.round,
        "nickname": patient.nickname,
        "age": age_words(patient.age(actor.now)),
        "sex": SEXES.get(patient.sex, patient.sex),
        "area": network.area_title(panel.area),
        "question": paragraphs(str(panel.read(actor.registry, "question") or "")),
        "sections": sections_of(outcome, actor),
        "signatures": signatures_of(panel, outcome, actor),
        "asked_by": who(panel, panel.requester, actor, by=panel.opened_by),
        "opened": panel.created,
        "final": outcome.final,
        "countable": panel.countable,
    }
