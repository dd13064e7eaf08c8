"""Members of a panel: who is in it, inviting, answering."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config, view_defaults

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.panels.actions.invitations import (
    answer_invitation,
    invite,
    withdraw_invitation,
)
from cpms_portal.panels.queries import page
from cpms_portal.panels.queries.document import paragraphs
from cpms_portal.panels.queries.experts import candidates, chosen_people
from cpms_portal.panels.queries.listing import question_of
from cpms_portal.panels.queries.people import who
from cpms_portal.panels.resources import RUNNING, Invitation, Panel
from cpms_portal.panels.views.panel import head_of
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import state_of


@view_config(
    context=Panel,
    name="members",
    permission=Permission.PANEL_VIEW,
    renderer="cpms_portal.panels:templates/members.pt",
)
def members_page(panel: Panel, request: Request) -> dict[str, Any]:
    """Show lead, members and invitations."""
    actor = request.actor
    return {
        **head_of(panel, request),
        "title": _("Members"),
        "requester": who(panel, panel.requester, actor),
        "lead": who(panel, panel.lead, actor),
        "invitations": page.members(panel, actor),
        "may_invite": request.has_permission(Permission.PANEL_INVITE, panel),
    }


@view_defaults(context=Panel, name="invite", permission=Permission.PANEL_INVITE)
class InviteExperts:
    """Find experts and invite several at once."""

    def __init__(self, context: Panel, request: Request) -> None:
        self.context = context
        self.request = request

    @view_config(request_method="GET", renderer="cpms_portal.panels:templates/invite.pt")
    def show(self) -> dict[str, Any]:
        """Show who could be invited, the area of the panel chosen at first."""
        return self._page(self.request.GET, [], "")

    @view_config(request_method="POST", renderer="cpms_portal.panels:templates/invite.pt")
    def send(self) -> Any:
        """Invite who was ticked."""
        panel, request = self.context, self.request
        names = request.POST.getall("person")
        try:
            people = chosen_people(panel, names)
            sent = invite(panel, people, request.actor, note=request.POST.get("note", ""))
        except ValueRefusedError as error:
            request.tm.doom()
            request.response.status_int = error.status
            return self._page(request.POST, names, request.localizer.translate(error.message))
        request.tell(_("Invitations sent: ${count}.", mapping={"count": len(sent)}))
        return HTTPSeeOther(request.resource_path(panel, "members"))

    def _page(self, asked: Any, ticked: list[str], problem: str) -> dict[str, Any]:
        panel = self.context
        head = head_of(panel, self.request)
        area = asked.get("area", panel.area)
        text, everywhere = asked.get("q", "").strip(), "everywhere" in asked
        return {
            **head,
            "title": _("Invite experts"),
            "areas": [one for one in head["network"].areas if not one.retired],
            "chosen_area": area,
            "text": text,
            "everywhere": everywhere,
            "candidates": candidates(
                panel, self.request.actor, area=area, text=text, everywhere=everywhere
            ),
            "ticked": ticked,
            "note": asked.get("note", ""),
            "problem": problem,
        }


@view_config(
    context=Invitation,
    permission=Permission.INVITATION_VIEW,
    renderer="cpms_portal.panels:templates/invitation.pt",
)
def invitation_page(invitation: Invitation, request: Request) -> Any:
    """Show the invitee what the panel is about; anybody else sees the members instead."""
    panel, actor = invitation.panel, request.actor
    if not request.has_permission(Permission.INVITATION_ANSWER, invitation):
        return HTTPSeeOther(request.resource_path(panel))
    preview = invitation.state == "invited"
    question = question_of(panel, request.actor) if preview else ""
    return {
        **head_of(panel, request),
        "title": _("Invitation to a panel"),
        "preview": preview,
        "question": paragraphs(question),
        "note": paragraphs(str(invitation.read(request.registry, "note") or "")),
        "inviter": who(panel, invitation.inviter, actor),
        "running": panel.state in RUNNING,
        "urgent": panel.urgent,
        "own_state": state_of(invitation, request.registry),
    }


@view_config(
    context=Invitation,
    name="answer",
    permission=Permission.INVITATION_ANSWER,
    request_method="POST",
)
def answer(invitation: Invitation, request: Request) -> Response:
    """Accept or decline; HTTPBadRequest for a form that says neither."""
    said = request.POST.get("answer")
    if said not in ("accept", "decline"):
        raise HTTPBadRequest()
    accept = said == "accept"
    answer_invitation(
        invitation, request.actor, accept=accept, reason=request.POST.get("reason", "")
    )
    if accept:
        request.tell(_("You are a member of this panel now."))
        return HTTPSeeOther(request.resource_path(invitation.panel))
    request.tell(_("You declined. Thank you for answering."))
    return HTTPSeeOther(request.resource_path(request.root))


@view_config(
    context=Invitation,
    name="withdraw",
    permission=Permission.INVITATION_WITHDRAW,
    request_method="POST",
)
def withdraw(invitation: Invitation, request: Request) -> Response:
    """Take an invitation back."""
    withdraw_invitation(invitation, request.actor, request.POST.get("reason", ""))
    request.tell(_("The invitation was withdrawn."))
    return HTTPSeeOther(request.resource_path(invitation.panel, "members"))
