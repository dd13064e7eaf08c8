"""The page of notices."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.notifications.actions import mark_read
from cpms_portal.notifications.queries import notices_of, unread_count
from cpms_portal.security.permissions import Permission


def notices_page(context: Portal, request: Request) -> dict[str, Any]:
    """Show the newest notices of the reader."""
    return {"title": _("Notices"), "notices": notices_of(request.actor), "new": request.unread}


def read_notices(context: Portal, request: Request) -> Response:
    """Mark all notices as read, or one and go where it leads."""
    name = request.POST.get("notice")
    places = {one.name: one.place for one in notices_of(request.actor)}
    mark_read(request.person, None if name is None else [name])
    place = places.get(name)
    if place is not None:
        return HTTPSeeOther(request.resource_url(place))
    return HTTPSeeOther(request.resource_url(context, "notices"))


def includeme(config: Configurator) -> None:
    """Register the page and ``request.unread``."""
    config.add_request_method(lambda request: unread_count(request.person), "unread", reify=True)
    config.add_view(
        notices_page,
        name="notices",
        context=Portal,
        permission=Permission.PORTAL_ENTER,
        request_method="GET",
        renderer="templates/notices.pt",
    )
    config.add_view(
        read_notices,
        name="notices",
        context=Portal,
        permission=Permission.PORTAL_ENTER,
        request_method="POST",
    )
