"""The mail of the training site: its accounts have no mailbox."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.core.settings import setting
from cpms_portal.outbox.queries import keeps_mail, letters_for, messages_for
from cpms_portal.security.permissions import Permission


def outbox_page(context: Portal, request: Request) -> dict[str, Any]:
    """Show the mails to the person signed in; site administrators see all."""
    return {
        "title": _("Outbox"),
        "letters": letters_for(request.actor, context) + messages_for(request.actor, context),
    }


def waiting_page(context: Portal, request: Request) -> dict[str, Any]:
    """Show the mail that the mail server has not taken."""
    return {"title": _("Mail that waits"), "mails": request.registry.cpms_post_room.waiting()}


def includeme(config: Configurator) -> None:
    """Register the page: the mail that is kept, or on its way."""
    if setting(config.registry, "cpms.mail.way") == "smtp":
        config.add_view(
            waiting_page,
            name="outbox",
            context=Portal,
            request_method="GET",
            renderer="cpms_portal.outbox:templates/waiting.pt",
            permission=Permission.SYSTEM_VIEW,
        )
    if not keeps_mail(config.registry):
        return
    config.add_view(
        outbox_page,
        name="outbox",
        context=Portal,
        request_method="GET",
        renderer="cpms_portal.outbox:templates/outbox.pt",
        permission=Permission.PORTAL_ENTER,
    )
