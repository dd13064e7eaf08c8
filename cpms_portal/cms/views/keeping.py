"""Trash, links and translations: what keeps a library in order."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions.moving import let_return, remove_for_good, restore
from cpms_portal.cms.queries.links import broken_links, what_links_to
from cpms_portal.cms.queries.translating import is_outdated, is_partial
from cpms_portal.cms.resources import TRASH, Library, LibraryItem, Trash
from cpms_portal.cms.schemas.languages import OFFERED, name_of_language
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for

#: What the state of a translation is called.
STATES = {
    "original": _("Original"),
    "current": _("Up to date"),
    "outdated": _("Outdated"),
    "partial": _("In part"),
    "missing": _("Missing"),
}


def trash_page(context: Trash, request: Request) -> dict[str, Any]:
    """Show what was thrown away, the last one first."""
    items = sorted(context.values(), key=lambda item: item.discarded.at, reverse=True)
    return {
        "title": _("Trash"),
        "items": items,
        "removed": sorted(context.__parent__.removed),
        "may_edit": request.has_permission(Permission.PAGE_EDIT, context),
    }


def empty_or_restore(context: Trash, request: Request) -> Response:
    """Bring something back, remove it for good, or let its files bring it back."""
    name, act = request.POST.get("name", ""), request.POST.get("act")
    item, back = context.get(name), request.resource_path(context)
    try:
        if act == "return":
            let_return(context.__parent__, name, request.actor)
            request.tell(_("It comes back with the next update from the files of the portal."))
        elif item is None:
            request.tell(_("This is not in the trash any more."), "attention")
        elif act == "remove":
            remove_for_good(item, request.actor)
            request.tell(_("Removed for good."))
        else:
            restore(item, request.actor)
            request.tell(_("Restored."))
            back = request.resource_path(item)
    except CPMSError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    return HTTPSeeOther(back)


def broken_links_page(context: Library, request: Request) -> dict[str, Any]:
    """Show the links of a library that lead nowhere, or where readers cannot follow."""
    reader = actor_for(request.registry, None)
    return {
        "title": _("Broken links"),
        "broken": broken_links(context, request.actor, reader),
        "has_trash": TRASH in context,
    }


def links_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show what links to an item."""
    return {"title": _("What links here"), "sources": what_links_to(context, request.actor)}


def translations_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show in which languages an item is there, which are missing and which are outdated."""
    rows = [_language(context, code) for code in OFFERED]
    order = {"original": 0, "outdated": 1, "partial": 2, "current": 3, "missing": 4}
    return {
        "title": _("Languages"),
        "words": STATES,
        "rows": sorted(rows, key=lambda row: order[row["state"]]),
        "may_edit": request.has_permission(Permission.PAGE_EDIT, context),
    }


def _language(item: LibraryItem, code: str) -> dict[str, Any]:
    text = item.texts.get(code)
    if text is None:
        state = "missing"
    elif code == item.original:
        state = "original"
    else:
        whole = "partial" if is_partial(item, text) else "current"
        state = "outdated" if is_outdated(item, text) else whole
    version = item.versions.get(text.version) if text is not None else None
    return {
        "code": code,
        "name": name_of_language(code),
        "text": text,
        "state": state,
        "at": version.at if version is not None else None,
        "since": text.translates if text is not None else 0,
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    folder = "cpms_portal.cms:templates/"
    work = {"permission": Permission.PAGE_WORK, "request_method": "GET"}
    config.add_view(trash_page, context=Trash, renderer=f"{folder}trash.pt", **work)
    config.add_view(
        empty_or_restore,
        context=Trash,
        request_method="POST",
        permission=Permission.PAGE_EDIT,
        fresh_proof=True,
    )
    for context, name, view in (
        (Library, "broken-links", broken_links_page),
        (LibraryItem, "links", links_page),
        (LibraryItem, "translations", translations_page),
    ):
        template = f"{folder}{name.replace('-', '_')}.pt"
        config.add_view(view, context=context, name=name, renderer=template, **work)
