"""Ask the helpdesk: whoever is signed in by a short form, others with a proof of being a person."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.identity.actions.front_desk import prove_person
from cpms_portal.identity.queries.front_desk import is_answered
from cpms_portal.identity.views.front_desk import AsksWhetherPerson
from cpms_portal.identity.views.sign_in import visitor
from cpms_portal.networks.queries import network_of
from cpms_portal.security.permissions import Permission
from cpms_portal.support.actions import open_ticket
from cpms_portal.support.queries import (
    desk_nearest,
    desks,
    doubts_about,
    name_of_desk,
    value_of_desk,
)
from cpms_portal.support.resources import Support
from cpms_portal.support.schemas import ticket_schema


class Ask(AsksWhetherPerson):
    """A new ticket."""

    title = _("Ask the helpdesk")
    submit_label = _("Send")
    sent = _("Your question was sent. Look into your mailbox: a mail has the link to your ticket.")

    @property
    def is_visitor(self) -> bool:
        """Whether who asks has no account, or has not signed in."""
        return self.request.person is None

    def get_schema(self) -> colander.Schema:
        """Return what is asked."""
        if self.is_visitor:
            return super().get_schema()
        return self.schema()

    def schema(self) -> colander.Schema:
        """Return the questions without those that show a person."""
        offered = list(desks(self.context)) if network_of(self.context) is None else []
        text = self.request.POST.get("text", "")
        doubtful = bool(doubts_about(text, self.request.actor.now))
        translate = self.request.localizer.translate
        choices = [(value_of_desk(desk), translate(name_of_desk(desk))) for desk in offered]
        return ticket_schema(choices, visitor=self.is_visitor, doubtful=doubtful)

    def appstruct(self) -> dict[str, Any]:
        """Propose the desk of the one network somebody works in, else the portal's own."""
        return {"desk": value_of_desk(desk_nearest(self.context, self.request.actor))}

    def cancel_url(self) -> str | None:
        """Lead back to the desk."""
        return self.request.resource_path(self.context)

    def save(self, values: dict[str, Any]) -> Response:
        """Open the ticket, after a proof where nobody is signed in."""
        request = self.request
        desk = self._desk(values.get("desk", ""))
        if not self.is_visitor:
            ticket = open_ticket(desk, values, request.actor)
            request.tell(_("Your question was sent. You get a mail when there is an answer."))
            return HTTPSeeOther(request.resource_path(ticket))
        actor = visitor(request)
        answered = is_answered(self.question, values["answer"], request.localizer.translate)
        prove_person(self.context, values["challenge"], values["number"], answered, actor=actor)
        open_ticket(desk, {**values, "language": request.locale_name}, actor)
        return HTTPSeeOther(request.resource_path(self.context, "ask", query={"sent": "yes"}))

    def _desk(self, value: str) -> Support:
        found = [desk for desk in desks(self.context) if value_of_desk(desk) == value]
        return found[0] if found else self.context


def includeme(config: Configurator) -> None:
    """Register the form."""
    config.add_view(
        Ask,
        context=Support,
        name="ask",
        permission=Permission.SUPPORT_ASK,
        renderer="cpms_portal.support:templates/ask.pt",
    )
