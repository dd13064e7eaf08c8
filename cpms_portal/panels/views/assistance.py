"""Requests for assistance: the queue of a network, and naming a lead."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config, view_defaults

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.requests import whole_number
from cpms_portal.networks.resources import Network
from cpms_portal.panels.actions.steering import assign_lead
from cpms_portal.panels.queries.document import paragraphs
from cpms_portal.panels.queries.experts import candidates, chosen_people
from cpms_portal.panels.queries.listing import assistance_queue, line_of, question_of
from cpms_portal.panels.resources import Panel
from cpms_portal.panels.views.panel import head_of
from cpms_portal.security.permissions import Permission


@view_config(
    context=Network,
    name="assistance",
    permission=Permission.NETWORK_COORDINATE,
    renderer="cpms_portal.panels:templates/assistance.pt",
    audited=True,
)
def assistance_page(network: Network, request: Request) -> dict[str, Any]:
    """Show the panels that wait for a lead, the overdue ones first."""
    start = whole_number(request.GET.get("start", ""))
    found = assistance_queue(network, request.actor, start)
    return {
        "title": _("Requests for assistance"),
        "found": found,
        "lines": [line_of(panel, request.actor) for panel in found],
        "address": lambda first: f"{request.path}?start={first}",
    }


@view_defaults(context=Panel, name="assign-lead", permission=Permission.ASSISTANCE_ASSIGN)
class AssignLead:
    """Name the lead of a panel."""

    def __init__(self, context: Panel, request: Request) -> None:
        self.context = context
        self.request = request

    @view_config(request_method="GET", renderer="cpms_portal.panels:templates/assign_lead.pt")
    def show(self) -> dict[str, Any]:
        """Show who could lead, the area of the panel chosen at first."""
        return self._page(self.request.GET, "")

    @view_config(request_method="POST", renderer="cpms_portal.panels:templates/assign_lead.pt")
    def name(self) -> Any:
        """Name who was chosen."""
        panel, request = self.context, self.request
        try:
            people = chosen_people(panel, request.POST.getall("person"))
            if not people:
                raise ValueRefusedError(_("Choose who leads the panel."), "lead")
            assign_lead(panel, people[0], request.actor)
        except ValueRefusedError as error:
            request.tm.doom()
            request.response.status_int = error.status
            return self._page(request.POST, request.localizer.translate(error.message))
        request.tell(_("The lead was named and told."))
        return HTTPSeeOther(request.resource_path(panel))

    def _page(self, asked: Any, problem: str) -> dict[str, Any]:
        panel = self.context
        head = head_of(panel, self.request)
        area, text = asked.get("area", panel.area), asked.get("q", "").strip()
        everywhere = "everywhere" in asked
        found = candidates(panel, self.request.actor, area=area, text=text, everywhere=everywhere)
        return {
            **head,
            "title": _("Name a lead"),
            "question": paragraphs(question_of(panel, self.request.actor)),
            "areas": [one for one in head["network"].areas if not one.retired],
            "chosen_area": area,
            "text": text,
            "everywhere": everywhere,
            "candidates": found,
            "problem": problem,
        }
