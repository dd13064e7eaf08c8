"""Files sent in pieces: each can be carried on with, says how far it is, and what became of it."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from cpms_portal.cms.actions.files import look_at, take_sent
from cpms_portal.cms.actions.preparing import check_announced, clean_file_name
from cpms_portal.cms.queries.names import name_of
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.forms.pieces import Pieces
from cpms_portal.security.permissions import Permission

Said = dict[str, Any]


def _pieces(context: Any, request: Request) -> Pieces:
    """Return the uploads to a place: each waits as ``library OID/STAMP/NAME``."""

    def address(upload_id: str) -> str:
        return request.resource_path(context, "pieces", upload_id)

    return Pieces(request, f"library {oid_of(context)}/", address)


def pieces_left(context: Any, request: Request) -> Said:
    """Say how far an upload is; without its id, which ones are not finished here."""
    here = _pieces(context, request)
    if request.subpath:
        return here.state()
    left = here.spool.begun(here.owner, here.name)
    return {"unfinished": [{**here.said(one), "name": clean_file_name(one.name)} for one in left]}


def pieces_step(context: Any, request: Request) -> Said:
    """Begin an upload, or carry on with the same one (``{"name", "size", "stamp"}``); finish one.

    stamp: when the file was changed last, so that another one of that name begins anew.
    """
    here = _pieces(context, request)
    try:
        if not request.subpath:
            return _begun(here, request)
        if len(request.subpath) == 2 and request.subpath[1] == "finish":
            return _finished(context, request.subpath[0], request)
    except CPMSError as error:
        return here.problem(error)
    raise HTTPNotFound()


def _begun(here: Pieces, request: Request) -> Said:
    said: Any = {}
    with contextlib.suppress(ValueError):
        said = request.json_body
    said = said if isinstance(said, dict) else {}
    name, size = clean_file_name(str(said.get("name", ""))), said.get("size")
    if isinstance(size, int):
        check_announced(name, size)
    stamp = re.sub(r"\D", "", str(said.get("stamp")))[:15]
    full = f"{here.name}{stamp}/{name}"
    for left in here.spool.unfinished(here.owner, full):
        if left.size == size:
            return here.said(left)
    return here.begin(size, full)


def _finished(place: Any, upload_id: str, request: Request) -> Said:
    if not isinstance(place, Library | LibraryFolder):
        raise HTTPNotFound()
    item = take_sent(place, upload_id, language="en", actor=request.actor)
    said = _("Taken; only those who work on the library see it yet.")
    if item.__name__ != name_of(item.title):
        said = _(
            "Taken as ${name}: something here has its name already.",
            mapping={"name": item.__name__},
        )
    return {
        "title": item.title,
        "url": request.resource_path(item),
        "said": request.localizer.translate(said),
    }


def pieces_put(context: Any, request: Request) -> Said:
    """Take the next piece; or look at a complete upload (``…/look``): this needs no turn."""
    here = _pieces(context, request)
    if len(request.subpath) != 2 or request.subpath[1] != "look":
        return here.take()
    try:
        look_at(request.subpath[0], request.actor)
    except CPMSError as error:
        return here.problem(error)
    return {"looked": True}


def pieces_forgotten(context: Any, request: Request) -> Said:
    """Forget an upload that shall not go on."""
    return _pieces(context, request).forget()


def includeme(config: Configurator) -> None:
    """Register the addresses."""
    views = {
        "GET": pieces_left, "POST": pieces_step, "PUT": pieces_put, "DELETE": pieces_forgotten,
    }  # fmt: skip
    for context in (Library, LibraryItem):
        for method, view in views.items():
            config.add_view(
                view,
                context=context,
                name="pieces",
                request_method=method,
                permission=Permission.PAGE_EDIT,
                renderer="json",
            )
