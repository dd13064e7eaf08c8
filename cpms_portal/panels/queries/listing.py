"""Lists of panels, always as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.networks.queries import institution_of, network_of
from cpms_portal.networks.resources import Network
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.queries import patient_of
from cpms_portal.patients.resources import Patient
from cpms_portal.search.queries import Found, find
from cpms_portal.storage.keys import KeyDestroyedError
from cpms_portal.workflow.interfaces import State
from cpms_portal.workflow.queries import state_of

EXCERPT = 120


@dataclass(frozen=True)
class PanelLine:
    """A panel as one line of a listing. question: its first words."""

    panel: Panel
    nickname: str
    area: str
    question: str
    state: State
    centre: str
    due: datetime | None
    overdue: bool
    urgent: bool


def excerpt(text: str, length: int = EXCERPT) -> str:
    """Return the first words of a text."""
    joined = " ".join(text.split())
    return joined if len(joined) <= length else joined[:length].rsplit(" ", 1)[0] + " …"


def question_of(panel: Panel, actor: Actor) -> str:
    """Return the question of a panel; empty when the patient was erased since."""
    try:
        return str(panel.read(actor.registry, "question") or "")
    except KeyDestroyedError:
        return ""


def line_of(panel: Panel, actor: Actor) -> PanelLine:
    """Return a panel as one line."""
    patient, network, centre = patient_of(panel), network_of(panel), institution_of(panel)
    return PanelLine(
        panel,
        "" if patient is None else patient.nickname,
        "" if network is None else network.area_title(panel.area),
        excerpt(question_of(panel, actor)),
        state_of(panel, actor.registry),
        "" if centre is None else centre.display,
        panel.due,
        is_overdue(panel, actor),
        panel.urgent,
    )


def is_overdue(resource: Any, actor: Actor) -> bool:
    """Say whether something should have been done by now."""
    return resource.due is not None and resource.due < actor.now


def panels_within(
    node: Any,
    actor: Actor,
    *,
    where: dict[str, Any] | None = None,
    sort: str = "changed",
    start: int = 0,
) -> Found:
    """Return a batch of the panels below a node that the actor may see, newest step first.

    where: area, urgent ("yes"), state, requester, lead, worker (lead or member),
    countable ("yes").
    """
    return find(
        actor,
        "panel",
        within=node,
        where=where,
        sort=sort,
        descending=sort != "due",
        start=start,
    )


def panels_of(patient: Patient, actor: Actor) -> list[PanelLine]:
    """Return the panels of a patient that the actor may see, newest first."""
    panels = patient.get("panels", {}).values()
    seen = [panel for panel in panels if actor.may("panel:view", panel)]
    return [line_of(panel, actor) for panel in sorted(seen, key=lambda one: -one.number)]


def assistance_queue(network: Network, actor: Actor, start: int = 0) -> Found:
    """Return a batch of the panels that wait for a lead, the overdue ones first."""
    return panels_within(network, actor, where={"state": "awaiting_lead"}, sort="due", start=start)
