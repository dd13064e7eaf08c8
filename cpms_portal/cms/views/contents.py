"""*Contents*: everything in a library or folder as a table; files and what was cut come in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions import moving
from cpms_portal.cms.actions.files import upload
from cpms_portal.cms.queries.listing import (
    CONTENTS,
    SIZES,
    Asked,
    contents_of,
    states_of,
    steps_of,
)
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem
from cpms_portal.cms.schemas.kinds import KINDS, kind_of
from cpms_portal.cms.views.clipboard import clip, clipped
from cpms_portal.cms.views.undo import Noting, undo_of
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above, oid_of
from cpms_portal.security.permissions import Permission


def contents_page(context: Any, request: Request) -> dict[str, Any]:
    """Show the table."""
    asked = Asked.of(request.GET)
    found = contents_of(context, request.actor, asked)
    clipping = clipped(request)
    return {
        "title": _("Contents"),
        "found": found,
        "rows": [_row(item, request) for item in found],
        "first_row": found.start + 1 if asked.is_as_placed else 0,
        "sizes": SIZES,
        "asked": asked,
        "address": _addresses(context, request, asked),
        "kinds": list(KINDS.values()),
        "states": states_of(request.registry),
        "sorts": CONTENTS,
        "batch_steps": [(one.name, one.title) for one in steps_of(request.registry)],
        "clipboard": clipping,
        "undo": undo_of(request),
        "library": find_above(context, Library),
        "may_edit": request.has_permission(Permission.PAGE_EDIT, context),
    }


def _addresses(context: Any, request: Request, asked: Asked) -> Callable[..., str]:
    """Return a function that gives the address of the table asked for otherwise."""

    def address(start: int | None = None, **other: Any) -> str:
        chosen = {**asked.query(), **other}
        if start is not None:
            chosen["start"] = start
        query = {name: value for name, value in chosen.items() if value}
        return str(request.resource_path(context, "contents", query=query))

    return address


def _row(item: LibraryItem, request: Request) -> dict[str, Any]:
    state = request.registry.cpms_workflows["Page"].states[item.state]
    return {
        "item": item,
        "oid": oid_of(item),
        "title": item.title,
        "kind": kind_of(item),
        "state": state,
        "languages": sorted(item.texts),
    }


def paste(context: Any, request: Request) -> Response:
    """Put here what was cut or copied."""
    kind, items = clipped(request) or ("", [])
    try:
        if kind == "move":
            noting = Noting("move", items)
            for item in items:
                moving.move_item(item, context, request.actor)
        else:
            noting = Noting("paste", moving.paste_copies(items, context, request.actor))
        noting.keep(request)
        clip(request, "", [])
        request.tell(_("Pasted."))
    except CPMSError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    return HTTPSeeOther(request.resource_path(context, "contents"))


def take_files(context: Any, request: Request) -> Response:
    """Make items of the files that were dropped or chosen; those refused are named."""
    taken = 0
    for sent in request.POST.getall("files"):
        if not hasattr(sent, "filename"):
            continue
        try:
            upload(context, sent.filename, sent.file, language="en", actor=request.actor)
            taken += 1
        except CPMSError as error:
            said = request.localizer.translate(error.message)
            request.tell(f"{sent.filename[:100]}: {said}", "attention")
    if taken:
        request.tell(_("Files taken: ${count}.", mapping={"count": taken}))
    return HTTPSeeOther(request.resource_path(context, "contents"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    template = "cpms_portal.cms:templates/contents.pt"
    for place in (Library, LibraryFolder):
        get = {"context": place, "request_method": "GET", "permission": Permission.PAGE_WORK}
        config.add_view(contents_page, name="contents", renderer=template, **get)
        post = {"context": place, "request_method": "POST", "permission": Permission.PAGE_EDIT}
        config.add_view(paste, name="paste", **post)
        config.add_view(take_files, name="upload", **post)
