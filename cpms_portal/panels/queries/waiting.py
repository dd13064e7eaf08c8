"""What a panel waits for from somebody."""

from __future__ import annotations

from cpms_portal.core.actor import Actor
from cpms_portal.panels.queries.progress import (
    contributors,
    missing_sections,
    missing_signatures,
    open_requests,
    outcome_of,
)
from cpms_portal.panels.resources import Invitation, Panel
from cpms_portal.security.permissions import Permission

#: States in which a member is asked to contribute.
ADVISING = ("data_completion", "assessment")
LED = ("selection", "data_completion", "assessment", "outcome", "sign_off")


def invitation_for(panel: Panel, actor: Actor) -> Invitation | None:
    """Return the invitation the actor has not answered, or None."""
    for invitation in panel["invitations"].values():
        if invitation.person == actor.oid and invitation.state == "invited":
            return invitation if actor.may(Permission.INVITATION_ANSWER, invitation) else None
    return None


def waits_for_advice(panel: Panel, person: int) -> bool:
    """Say whether a member (oid) is asked to contribute and has not in this round."""
    asked = panel.state in ADVISING and person in panel.members
    return asked and person not in contributors(panel)


def task_in(panel: Panel, actor: Actor) -> str | None:
    """Return what a panel wants of the actor now, or None.

    signature, answer, contribution, lead, draft or assistance: the first of them that is true.
    """
    for kind, wanted in (
        ("signature", waits_for_signature),
        ("answer", _wants_answer),
        ("contribution", _wants_contribution),
        ("lead", _wants_lead),
        ("draft", _wants_draft),
        ("assistance", _wants_assistance),
    ):
        if wanted(panel, actor):
            return kind
    return None


def waits_for_signature(panel: Panel, actor: Actor) -> bool:
    """Say whether the outcome waits for this member, who has neither signed nor objected."""
    if not actor.may(Permission.OUTCOME_SIGN, panel):
        return False
    outcome = outcome_of(panel)
    answered = outcome is not None and str(actor.oid) in outcome.signatures
    return actor.oid in missing_signatures(panel) and not answered


def _wants_answer(panel: Panel, actor: Actor) -> bool:
    return actor.answers_oid == panel.requester and bool(open_requests(panel))


def _wants_contribution(panel: Panel, actor: Actor) -> bool:
    return waits_for_advice(panel, actor.answers_oid)


def _wants_lead(panel: Panel, actor: Actor) -> bool:
    return actor.oid == panel.lead and panel.state in LED


def _wants_draft(panel: Panel, actor: Actor) -> bool:
    return panel.state == "draft" and actor.answers_oid == panel.requester


def _wants_assistance(panel: Panel, actor: Actor) -> bool:
    return actor.may(Permission.ASSISTANCE_ASSIGN, panel)


def outcome_lacks(panel: Panel, actor: Actor) -> bool:
    """Say whether the outcome still lacks a needed section."""
    return bool(missing_sections(panel, actor.registry))
