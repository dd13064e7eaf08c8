"""The page of a panel, its case, and the steps of its workflow."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.networks.queries import institution_of, network_of
from cpms_portal.panels.actions.steering import move
from cpms_portal.panels.queries import page
from cpms_portal.panels.queries.case import case_of
from cpms_portal.panels.queries.document import age_words, paragraphs
from cpms_portal.panels.queries.listing import is_overdue, question_of
from cpms_portal.panels.queries.people import who
from cpms_portal.panels.queries.progress import (
    contributors,
    final_outcome,
    is_countable,
    open_requests,
)
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.queries import patient_of
from cpms_portal.patients.schemas.enrolment import SEX_TITLES
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import state_of


def head_of(panel: Panel, request: Request) -> dict[str, Any]:
    """Return what every page of a panel shows at its head: never identity."""
    patient, network, centre = patient_of(panel), network_of(panel), institution_of(panel)
    if patient is None or network is None or centre is None:
        raise HTTPNotFound()
    return {
        "nickname": patient.nickname,
        "age": age_words(patient.age(request.actor.now)),
        "sex": SEX_TITLES[patient.sex],
        "area": network.area_title(panel.area),
        "centre": centre.display,
        "network": network,
        "state": state_of(panel, request.registry),
        "overdue": is_overdue(panel, request.actor),
        "phases": page.phases(panel, request.actor),
        "address": request.resource_path(panel),
    }


@view_config(
    context=Panel,
    permission=Permission.PANEL_VIEW,
    renderer="cpms_portal.panels:templates/panel.pt",
)
def panel_page(panel: Panel, request: Request) -> dict[str, Any]:
    """Show where the panel stands and what waits for the reader."""
    actor = request.actor
    task = page.task(panel, actor)
    chosen = None if task is None or task.step is None else task.step.name
    return {
        **head_of(panel, request),
        "question": paragraphs(question_of(panel, request.actor)),
        "task": task,
        "steps": [step for step in page.steps(panel, actor) if step.name != chosen],
        "history": page.history(panel, actor),
        "requester": who(panel, panel.requester, actor, by=panel.opened_by),
        "lead": who(panel, panel.lead, actor),
        "members": [who(panel, oid, actor) for oid in panel.members],
        "contributed": len(contributors(panel)),
        "countable": panel.countable or is_countable(panel),
        "open_requests": len(open_requests(panel)),
        "final": final_outcome(panel),
        "may_edit": request.has_permission(Permission.PANEL_EDIT, panel),
    }


@view_config(context=Panel, name="step", permission=Permission.PANEL_VIEW, request_method="POST")
def take_step(panel: Panel, request: Request) -> Response:
    """Take a step of the workflow; the workflow says whether the reader may."""
    move(panel, request.POST.get("name", ""), request.actor, reason=request.POST.get("reason", ""))
    request.tell(_("Now: ${state}.", mapping={"state": state_of(panel, request.registry).title}))
    return HTTPSeeOther(request.resource_path(panel))


@view_config(
    context=Panel,
    name="case",
    permission=Permission.RECORD_VIEW,
    renderer="cpms_portal.panels:templates/case.pt",
)
def case_page(panel: Panel, request: Request) -> dict[str, Any]:
    """Show the record of the patient to read, never the identity."""
    return {**head_of(panel, request), "title": _("Case"), "case": case_of(panel, request.actor)}
