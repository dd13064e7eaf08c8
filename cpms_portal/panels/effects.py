"""What the steps of panels do besides changing the state. They alone write the roles at panels."""

from __future__ import annotations

from datetime import datetime

from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Transitioned
from cpms_portal.core.resources import resource_of
from cpms_portal.panels.actions.document import make_final
from cpms_portal.panels.queries.people import portal_at
from cpms_portal.panels.queries.progress import (
    answer_due,
    began,
    contributions_of,
    invitations_of,
    is_countable,
    outcome_of,
)
from cpms_portal.panels.resources import Invitation, Panel, Part
from cpms_portal.patients.actions import share_with, unshare_from
from cpms_portal.patients.queries import patient_of
from cpms_portal.patients.resources import Patient
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from cpms_portal.workflow.registration import due, effect


@due("by_urgency")
def by_urgency(resource: Panel | Part, actor: Actor) -> datetime:
    """Answers are due so many days after the round, invitation or request began."""
    panel = resource if isinstance(resource, Panel) else resource.panel
    return answer_due(panel, began(resource))


@effect("lead_it_myself")
def lead_it_myself(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Make the requester the lead."""
    _appoint(panel, panel.requester, actor)


@effect("appoint_lead")
def appoint_lead(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Make the person chosen by the coordinator the lead."""
    _appoint(panel, step.values["lead"], actor)


def _appoint(panel: Panel, oid: int, actor: Actor) -> None:
    panel.lead = oid
    grant(resource_of(panel, oid), Role.LEAD, panel, since=actor.now)


def _patient(panel: Panel) -> Patient:
    patient = patient_of(panel)
    if patient is None:
        raise KeyError("patient")
    return patient


@effect("share_patient")
def share_patient(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Let the people of the panel read the record."""
    share_with(_patient(panel), panel, actor)


@effect("unshare_patient")
def unshare_patient(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Stop letting the people of the panel read the record."""
    unshare_from(_patient(panel), panel, actor)


@effect("grant_member")
def grant_member(invitation: Invitation, actor: Actor, step: Transitioned) -> None:
    """Make the invitee a member."""
    panel, person = invitation.panel, resource_of(invitation, invitation.person)
    revoke(person, Role.INVITED, panel)
    grant(person, Role.MEMBER, panel, since=actor.now)
    if invitation.person not in panel.members:
        panel.members = (*panel.members, invitation.person)


@effect("revoke_invited")
def revoke_invited(invitation: Invitation, actor: Actor, step: Transitioned) -> None:
    """Take the look at the question away."""
    revoke(resource_of(invitation, invitation.person), Role.INVITED, invitation.panel)


@effect("revoke_member")
def revoke_member(invitation: Invitation, actor: Actor, step: Transitioned) -> None:
    """Take the membership away."""
    panel = invitation.panel
    revoke(resource_of(invitation, invitation.person), Role.MEMBER, panel)
    panel.members = tuple(oid for oid in panel.members if oid != invitation.person)


@effect("lapse_invitations")
def lapse_invitations(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Nobody answers an invitation to a panel that ended."""
    for invitation in invitations_of(panel):
        if invitation.state == "invited":
            transition(invitation, "lapse", portal_at(actor))


@effect("settle_contributions")
def settle_contributions(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """What the outcome is built on does not change any more."""
    for contribution in contributions_of(panel):
        if contribution.state == "submitted":
            transition(contribution, "settle", portal_at(actor))


@effect("count_contributions")
def count_contributions(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Keep whether the panel counts; later steps never take it back."""
    panel.countable = panel.countable or is_countable(panel)


@effect("void_signatures")
def void_signatures(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """A changed outcome is signed anew."""
    outcome = outcome_of(panel)
    if outcome is not None:
        outcome.signatures.clear()


@effect("freeze_outcome")
def freeze_outcome(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Make the outcome final, with its document."""
    panel.countable = panel.countable or is_countable(panel)
    make_final(panel, actor)


@effect("begin_round")
def begin_round(panel: Panel, actor: Actor, step: Transitioned) -> None:
    """Begin another round; what the last one brought stays as history."""
    panel.round += 1
