"""How far a panel is: contributions, requests, signatures, due dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pyramid.registry import Registry

from cpms_portal.networks.queries import network_of
from cpms_portal.panels.interfaces import NEEDED
from cpms_portal.panels.resources import (
    Contribution,
    InformationRequest,
    Invitation,
    Outcome,
    Panel,
)

#: Steps from which the time for an answer is counted.
BEGINNINGS = frozenset({"begin", "submit", "ask_assistance", "restart"})


def contributions_of(panel: Panel, round_: int | None = None) -> list[Contribution]:
    """Return the contributions of a round, oldest first; of all rounds when none is said."""
    return _of_round(panel["contributions"].values(), round_)


def requests_of(panel: Panel, round_: int | None = None) -> list[InformationRequest]:
    """Return the requests for information, oldest first."""
    return _of_round(panel["requests"].values(), round_)


def invitations_of(panel: Panel, round_: int | None = None) -> list[Invitation]:
    """Return the invitations, oldest first."""
    return _of_round(panel["invitations"].values(), round_)


def _of_round(parts: Iterable[Any], round_: int | None) -> list[Any]:
    chosen = (part for part in parts if round_ is None or part.round == round_)
    return sorted(chosen, key=lambda part: (part.created, part.__name__))


def open_requests(panel: Panel) -> list[InformationRequest]:
    """Return the requests that wait for an answer."""
    return [one for one in requests_of(panel) if one.state == "open"]


def contributors(panel: Panel) -> set[int]:
    """Return the oids of who contributed in this round."""
    return {one.person for one in contributions_of(panel, panel.round)}


def is_countable(panel: Panel) -> bool:
    """Say whether enough different people contributed in this round."""
    network = network_of(panel)
    return network is not None and len(contributors(panel)) >= network.countable_contributions


def outcome_of(panel: Panel, round_: int | None = None) -> Outcome | None:
    """Return the outcome of a round, of the present one when none is said; None when unwritten."""
    return panel["outcomes"].get(str(round_ or panel.round))


def final_outcome(panel: Panel) -> Outcome | None:
    """Return the newest outcome that is final, or None."""
    final = [one for one in panel["outcomes"].values() if one.final is not None]
    return max(final, key=lambda one: one.round, default=None)


def missing_sections(panel: Panel, registry: Registry) -> list[str]:
    """Return the needed sections of the outcome that are empty."""
    outcome = outcome_of(panel)
    sections = {} if outcome is None else outcome.read(registry, "sections") or {}
    return [name for name in NEEDED if not sections.get(name)]


def signers(panel: Panel) -> tuple[int, ...]:
    """Return the oids of who signs: the lead, then the members."""
    others = tuple(member for member in panel.members if member != panel.lead)
    return (panel.lead, *others) if panel.lead else others


def missing_signatures(panel: Panel) -> list[int]:
    """Return the oids of who has not signed the outcome; an objection is no signature."""
    outcome = outcome_of(panel)
    signed = (
        set()
        if outcome is None
        else {one.person for one in outcome.signatures.values() if not one.objected}
    )
    return [person for person in signers(panel) if person not in signed]


def answer_due(panel: Panel, since: datetime) -> datetime:
    """Return by when the network answers, counted from a moment by the panel's urgency."""
    network = network_of(panel)
    if network is None:
        raise KeyError("network")
    days = network.response_days_urgent if panel.urgent else network.response_days_normal
    return since + timedelta(days=days)


def began(resource: Any) -> datetime:
    """Return when the present round of a panel began, or when something else did."""
    steps = [step.at for step in resource.history if step.transition in BEGINNINGS]
    return max(steps)


def frozen_from(panel: Panel) -> str | None:
    """Return the state a frozen panel was in before, or None when it is not frozen."""
    step = panel.history[-1]
    frozen = panel.state in {"frozen", "closed_frozen"} and step.transition.startswith("freeze")
    return step.from_state if frozen else None
