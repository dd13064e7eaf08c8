"""The first page: for those who come from outside. Who is signed in goes to work at once."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.security.permissions import Permission

#: Pages of the library named on the first page, as far as they are published.
NAMED = ("welcome", "getting-started", "informed-consent", "faq", "privacy", "accessibility")


def front_page(context: Portal, request: Request) -> Any:
    """Say what this is and how to begin."""
    if request.person is not None:
        return HTTPSeeOther(request.resource_path(context, "my-work"))
    languages = reading_languages(request)
    library = context.get("library")
    named = [library[name] for name in NAMED if library is not None and name in library]
    pages = [
        (page, page.text_for(languages))
        for page in named
        if request.has_permission(Permission.PAGE_VIEW, page)
    ]
    return {
        "title": _("Rare disease, shared expertise"),
        "networks": len(context["networks"]) if "networks" in context else 0,
        "pages": [
            {"url": request.resource_path(page), "language": language, "title": text.title}
            for page, (language, text) in pages
        ],
        "has_forms": library is not None and "consent-forms" in library,
    }


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        front_page,
        context=Portal,
        permission=Permission.PORTAL_VIEW,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/front.pt",
    )
