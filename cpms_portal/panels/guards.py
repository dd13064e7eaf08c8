"""What must be true before a panel moves on; each answers None or a reason."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.networks.queries import network_of
from cpms_portal.panels.queries.progress import (
    contributors,
    is_countable,
    missing_sections,
    missing_signatures,
    open_requests,
)
from cpms_portal.panels.resources import RUNNING, Invitation, Panel
from cpms_portal.workflow.registration import guard


@guard("question_present")
def question_present(panel: Panel, actor: Actor) -> str | None:
    """Nobody can answer without a question."""
    if str(panel.read(actor.registry, "question") or "").strip():
        return None
    return _("Write the question first.")


@guard("member_accepted")
def member_accepted(panel: Panel, actor: Actor) -> str | None:
    """A panel needs somebody besides its lead."""
    if any(member != panel.lead for member in panel.members):
        return None
    return _("Nobody has accepted an invitation yet.")


@guard("requests_answered")
def requests_answered(panel: Panel, actor: Actor) -> str | None:
    """Assessment begins when what was asked for is there."""
    waiting = len(open_requests(panel))
    if not waiting:
        return None
    return _(
        "Requests for information that still wait for an answer: ${count}.",
        mapping={"count": waiting},
    )


@guard("countable")
def countable(panel: Panel, actor: Actor) -> str | None:
    """Below this number a panel does not count in monitoring."""
    if is_countable(panel):
        return None
    network = network_of(panel)
    needed = 0 if network is None else network.countable_contributions
    return _(
        "To count, a panel needs contributions of ${needed} different people; ${there} so far.",
        mapping={"needed": needed, "there": len(contributors(panel))},
    )


@guard("not_countable")
def not_countable(panel: Panel, actor: Actor) -> str | None:
    """Going on with too few contributions is for panels that have too few."""
    return _("There are enough contributions.") if is_countable(panel) else None


@guard("outcome_written")
def outcome_written(panel: Panel, actor: Actor) -> str | None:
    """Nobody signs half an outcome."""
    if not missing_sections(panel, actor.registry):
        return None
    return _("Write summary, diagnosis, recommended treatment and level of agreement first.")


@guard("all_signed")
def all_signed(panel: Panel, actor: Actor) -> str | None:
    """Every member and the lead have signed."""
    missing = len(missing_signatures(panel))
    if not missing:
        return None
    return _("Signatures that are still missing: ${count}.", mapping={"count": missing})


@guard("not_all_signed")
def not_all_signed(panel: Panel, actor: Actor) -> str | None:
    """Closing without every signature is for outcomes that lack one."""
    return None if missing_signatures(panel) else _("Every member has signed.")


@guard("panel_running")
def panel_running(invitation: Invitation, actor: Actor) -> str | None:
    """One joins a panel that is at work."""
    if invitation.panel.state in RUNNING:
        return None
    return _("This panel is not running any more.")
