"""What comes first for somebody who has an account and no place to work yet."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.identity.views.landing import wanted_path
from cpms_portal.layout.menu import has_view
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person


def without_access(request: Request, person: Person) -> str | None:
    """Return the page that explains what to do, for who holds no role anywhere."""
    if person.grants.held or wanted_path(request) != "/":
        return None
    return request.resource_path(request.root, "welcome")


def welcome_page(context: Portal, request: Request) -> dict[str, Any]:
    """Say what comes next."""
    there = has_view(request, "request-access")
    path = request.resource_path(context, "request-access") if there else None
    return {"title": _("Welcome"), "request_access": path}


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_landing(without_access)
    config.add_view(
        welcome_page,
        name="welcome",
        context=Portal,
        request_method="GET",
        renderer="cpms_portal.identity:templates/welcome.pt",
        permission=Permission.PORTAL_ENTER,
    )
