"""Who answers at a desk: the contacts and the flyer its library publishes."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.resources import LibraryItem
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.networks.queries import network_of
from cpms_portal.security.permissions import Permission
from cpms_portal.support.queries import answering
from cpms_portal.support.resources import Support


def contacts_section(context: Support, request: Request) -> dict[str, Any]:
    """Show who answers, for which diseases and when, and the flyer."""
    contacts, flyers = answering(context, request.actor)
    network = network_of(context)
    library = (request.root if network is None else network)["library"]
    return {
        "contacts": [_shown(one, request) for one in contacts],
        "flyers": [_shown(one, request) for one in flyers],
        "library": request.resource_path(library),
    }


def _shown(item: LibraryItem, request: Request) -> dict[str, Any]:
    language, text = item.text_for(reading_languages(request))
    held = isinstance(item, FileItem) and item.files
    return {
        "title": text.title,
        "language": language,
        "text": text,
        "about": item.about,
        "url": request.resource_path(item),
        "file": request.resource_path(item, "file", query={"language": ""}) if held else None,
    }


def includeme(config: Configurator) -> None:
    """Register the piece of the desk's page."""
    config.add_view(
        contacts_section,
        context=Support,
        name="contacts-section",
        permission=Permission.SUPPORT_VIEW,
        request_method="GET",
        renderer="cpms_portal.support:templates/contacts.pt",
    )
    config.add_section(Support, "contacts-section", order=10, permission=Permission.SUPPORT_VIEW)
