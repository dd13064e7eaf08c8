"""What waits for somebody in panels, in the order in which it is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.networks.queries import places_of
from cpms_portal.networks.resources import Network
from cpms_portal.panels.queries.listing import PanelLine, assistance_queue, is_overdue, line_of
from cpms_portal.panels.queries.progress import (
    contributors,
    missing_sections,
    missing_signatures,
    open_requests,
    outcome_of,
)
from cpms_portal.panels.resources import Invitation, Panel
from cpms_portal.search.queries import find
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role

MOST = 100
#: States in which a member is asked to contribute.
ADVISING = ("data_completion", "assessment")
LED = ("selection", "data_completion", "assessment", "outcome", "sign_off")


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person.

    kind: invitation, signature, answer, contribution, lead, draft or assistance. place: where it
    is done, a resource; view: the name of its view. line: the panel, None for a queue.
    """

    kind: str
    title: str
    place: Any
    view: str
    due: datetime | None
    overdue: bool
    line: PanelLine | None
    count: int = 1


TITLES = {
    "invitation": _("Answer the invitation"),
    "signature": _("Sign the outcome"),
    "answer": _("Answer a request for information"),
    "contribution": _("Contribute"),
    "lead": _("Take the panel further"),
    "draft": _("Finish the request"),
    "assistance": _("Name a lead"),
}
VIEWS = {
    "signature": "outcome",
    "answer": "advice",
    "contribution": "advice",
    "assistance": "assistance",
}


def waiting_for(actor: Actor) -> list[Waiting]:
    """Return what waits for the actor in all networks, first what is due first."""
    if actor.person is None:
        return []
    root = root_of(actor.person)
    found = [*_invitations(actor, root), *_tasks(actor, root), *_queues(actor)]
    latest = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (one.due or latest, one.kind))


def _item(kind: str, place: Any, panel: Panel, actor: Actor) -> Waiting:
    due = getattr(place, "due", None)
    late = due is not None and is_overdue(place, actor)
    return Waiting(kind, TITLES[kind], place, VIEWS.get(kind, ""), due, late, line_of(panel, actor))


def _invitations(actor: Actor, root: Any) -> Iterator[Waiting]:
    where = {"person": actor.oid, "state": "invited"}
    for invitation in find(actor, "invitation", within=root, where=where, sort="due", size=MOST):
        yield _item("invitation", invitation, invitation.panel, actor)


def _tasks(actor: Actor, root: Any) -> Iterator[Waiting]:
    seen: set[int] = set()
    for facet, states in (
        ("worker", LED),
        ("requester", ("draft", *LED)),
    ):
        where = {facet: actor.answers_oid, "state": states}
        for panel in find(actor, "panel", within=root, where=where, sort="changed", size=MOST):
            kind = None if oid_of(panel) in seen else task_in(panel, actor)
            if kind is not None:
                seen.add(oid_of(panel))
                yield _item(kind, panel, panel, actor)


def _queues(actor: Actor) -> Iterator[Waiting]:
    for place, roles in places_of(actor.person, actor):
        if not isinstance(place, Network) or not {Role.COORDINATOR, Role.DISPATCHER} & set(roles):
            continue
        queue = assistance_queue(place, actor)
        if queue.total:
            first = queue.items[0]
            late = is_overdue(first, actor)
            title = TITLES["assistance"]
            yield Waiting(
                "assistance", title, place, "assistance", first.due, late, None, queue.total
            )


def invitation_for(panel: Panel, actor: Actor) -> Invitation | None:
    """Return the invitation the actor has not answered, or None."""
    for invitation in panel["invitations"].values():
        if invitation.person == actor.oid and invitation.state == "invited":
            return invitation if actor.may(Permission.INVITATION_ANSWER, invitation) else None
    return None


def task_in(panel: Panel, actor: Actor) -> str | None:
    """Return what a panel wants of the actor now: a kind of Waiting, or None."""
    for kind, wanted in (
        ("signature", _wants_signature),
        ("answer", _wants_answer),
        ("contribution", _wants_contribution),
        ("lead", _wants_lead),
        ("draft", _wants_draft),
        ("assistance", _wants_assistance),
    ):
        if wanted(panel, actor):
            return kind
    return None


def _wants_signature(panel: Panel, actor: Actor) -> bool:
    if not actor.may(Permission.OUTCOME_SIGN, panel):
        return False
    outcome = outcome_of(panel)
    answered = outcome is not None and str(actor.oid) in outcome.signatures
    return actor.oid in missing_signatures(panel) and not answered


def _wants_answer(panel: Panel, actor: Actor) -> bool:
    return actor.answers_oid == panel.requester and bool(open_requests(panel))


def _wants_contribution(panel: Panel, actor: Actor) -> bool:
    me = actor.answers_oid
    return panel.state in ADVISING and me in panel.members and me not in contributors(panel)


def _wants_lead(panel: Panel, actor: Actor) -> bool:
    return actor.oid == panel.lead and panel.state in LED


def _wants_draft(panel: Panel, actor: Actor) -> bool:
    return panel.state == "draft" and actor.answers_oid == panel.requester


def _wants_assistance(panel: Panel, actor: Actor) -> bool:
    return actor.may(Permission.ASSISTANCE_ASSIGN, panel)


def outcome_lacks(panel: Panel, actor: Actor) -> bool:
    """Say whether the outcome still lacks a needed section."""
    return bool(missing_sections(panel, actor.registry))
