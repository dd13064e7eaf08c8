"""*Contents*: everything in a library or folder as a table, and what is done with many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions import moving, ordering
from cpms_portal.cms.actions.files import upload
from cpms_portal.cms.actions.publishing import take_step
from cpms_portal.cms.actions.writing import arrange_page
from cpms_portal.cms.queries.links import what_links_to
from cpms_portal.cms.queries.listing import (
    CONTENTS,
    MOST_DIGITS,
    Asked,
    contents_of,
    states_of,
    steps_of,
)
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem
from cpms_portal.cms.schemas.fields import Tags
from cpms_portal.cms.schemas.kinds import KINDS, kind_of
from cpms_portal.cms.views.clipboard import MOST, clip, clipped
from cpms_portal.cms.views.undo import Noting, undo_of
from cpms_portal.core.errors import CPMSError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above, oid_of
from cpms_portal.forms.moments import Moment
from cpms_portal.security.permissions import Permission

Act = Callable[[Any, list[LibraryItem], Request], str]


def contents_page(context: Any, request: Request) -> dict[str, Any]:
    """Show the table."""
    asked = Asked.of(request.GET)
    found = contents_of(context, request.actor, asked)
    clipping = clipped(request)
    return {
        "title": _("Contents"),
        "found": found,
        "rows": [_row(item, request) for item in found],
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


def _chosen(context: Any, request: Request) -> list[LibraryItem]:
    """Return the items that were ticked and stand here, in the order they were shown."""
    names = request.POST.getall("name")
    found = [context[name] for name in names if name in context]
    chosen = [one for one in found if isinstance(one, LibraryItem)]
    if not chosen:
        raise ValueRefusedError(_("Tick something first."))
    return chosen


def _clip(request: Request, kind: str, items: list[LibraryItem]) -> None:
    if len(items) > MOST:
        said = _("At most ${number} at a time. Tick fewer.", mapping={"number": MOST})
        raise ValueRefusedError(said)
    clip(request, kind, items)


def _cut(context: Any, items: list[LibraryItem], request: Request) -> str:
    _clip(request, "move", items)
    return _("Cut. Open the folder it shall go to and paste it there; until then nothing changes.")


def _copy(context: Any, items: list[LibraryItem], request: Request) -> str:
    _clip(request, "copy", items)
    return _("Copied. Open the folder it shall go to and paste it there.")


def _state(context: Any, items: list[LibraryItem], request: Request) -> str:
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    for item in items:
        take_step(item, step, request.actor, comment[:1000])
    moves = request.registry.cpms_workflows["Page"].transitions
    if step not in BACK:
        return _("Done.")
    back = request.localizer.translate(moves[BACK[step]].title)
    return _("Done. The step “${step}” takes it back.", mapping={"step": back})


def _tags(context: Any, items: list[LibraryItem], request: Request) -> str:
    added = _read_tags(request.POST.get("add_tags", ""))
    removed = set(_read_tags(request.POST.get("remove_tags", "")))
    for item in items:
        tags = dict.fromkeys([*item.tags, *added])
        kept = [tag for tag in tags if tag not in removed]
        arrange_page(item, order=item.position, tags=kept, actor=request.actor)
    return _("Tags changed.")


def _read_tags(text: str) -> list[str]:
    found = Tags().deserialize(None, text)
    return found if isinstance(found, list) else []


def _dates(context: Any, items: list[LibraryItem], request: Request) -> str:
    read = {}
    for name in ("shown_from", "shown_until"):
        found = Moment().deserialize(_Bare(), request.POST.get(name, ""))
        read[name] = found if hasattr(found, "tzinfo") else None
    for item in items:
        moving.show_between(item, read["shown_from"], read["shown_until"], request.actor)
    return _("Dates changed.")


class _Bare:
    """Stands for a field without a form."""

    bindings: dict[str, Any] = {}


def _discard(context: Any, items: list[LibraryItem], request: Request) -> str:
    for item in items:
        moving.discard(item, request.actor)
    return _("Moved to the trash. It can be restored from there.")


def _rename(context: Any, items: list[LibraryItem], request: Request) -> str:
    moving.rename_item(items[0], request.POST.get("new_name", "").strip(), request.actor)
    return _("Renamed. The old address leads to the new one.")


def _up(context: Any, items: list[LibraryItem], request: Request) -> str:
    ordering.step_in_order(items, -1, request.actor)
    return _("Moved up.")


def _down(context: Any, items: list[LibraryItem], request: Request) -> str:
    ordering.step_in_order(items, 1, request.actor)
    return _("Moved down.")


def _place(context: Any, items: list[LibraryItem], request: Request) -> str:
    row = request.POST.get("row", "").strip()
    if not (row.isascii() and row.isdigit() and 0 < len(row) < MOST_DIGITS and int(row)):
        raise ValueRefusedError(_("Say the number of a row, from 1."))
    placed = [oid for _position, oid in ordering.positions_in(context)]
    before = placed.index(oid_of(items[0])) + 1 if oid_of(items[0]) in placed else int(row)
    ordering.put_at(items, int(row), request.actor)
    said = {"row": int(row), "before": before}
    return _("Moved to row ${row}. It stood in row ${before}.", mapping=said)


#: Step → the one that takes it back.
BACK = {
    "submit": "recall",
    "recall": "submit",
    "return": "submit",
    "publish": "retract",
    "retract": "publish",
}
ACTS: dict[str, Act] = {
    "cut": _cut,
    "copy": _copy,
    "state": _state,
    "tags": _tags,
    "dates": _dates,
    "discard": _discard,
    "rename": _rename,
    "up": _up,
    "down": _down,
    "place": _place,
}


def act(context: Any, request: Request) -> Response:
    """Do what the pressed button says with what is ticked: all of it or, when refused, nothing."""
    back = request.resource_path(context, "contents", query=Asked.of(request.GET).query())
    pressed = ACTS.get(request.POST.get("act", ""))
    try:
        if pressed is None:
            raise ValueRefusedError(_("Choose what to do."))
        items = _chosen(context, request)
        if pressed is _discard and "sure" not in request.POST:
            linked = _linked(items, request)
            if linked:
                return _ask(context, items, linked, request)
        noting = Noting(request.POST["act"], items)
        request.tell(pressed(context, items, request))
        noting.keep(request)
    except CPMSError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    return HTTPSeeOther(back)


def _linked(items: list[LibraryItem], request: Request) -> list[tuple[LibraryItem, list[Any]]]:
    """Return the items that others link to, with those others."""
    going = set(items)
    found = [
        (item, [one for one in what_links_to(item, request.actor) if one not in going])
        for item in items
    ]
    return [(item, others) for item, others in found if others]


def _ask(context: Any, items: Any, linked: Any, request: Request) -> Response:
    query = [("name", item.__name__) for item in items]
    return HTTPSeeOther(request.resource_path(context, "discard", query=query))


def discard_page(context: Any, request: Request) -> dict[str, Any]:
    """Say what links to what shall be thrown away; it is told, not forbidden."""
    names = [name for name in request.GET.getall("name") if name in context][:200]
    items = [context[name] for name in names if isinstance(context[name], LibraryItem)]
    return {"title": _("Remove"), "items": items, "linked": _linked(items, request)}


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


def order(context: Any, request: Request) -> Response:
    """Put an item before or after another one, as it was dragged in the table."""
    asked = [context.get(request.POST.get(one, "")) for one in ("name", "before", "after")]
    item, before, after = (one if isinstance(one, LibraryItem) else None for one in asked)
    if item is None or (before is None and after is None):
        raise ValueRefusedError(_("This is not here any more. Please look again."))
    if before is not None and before is not item:
        ordering.put_between(item, before, request.actor)
    elif after is not None and after is not item:
        ordering.put_after(item, after, request.actor)
    return Response(json_body={"position": item.position})


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
    folder = "cpms_portal.cms:templates/"
    edit = {"permission": Permission.PAGE_EDIT}
    for place in (Library, LibraryFolder):
        get = {"context": place, "request_method": "GET"}
        work = {**get, "permission": Permission.PAGE_WORK}
        config.add_view(contents_page, name="contents", renderer=f"{folder}contents.pt", **work)
        config.add_view(discard_page, name="discard", renderer=f"{folder}discard.pt", **get, **edit)
        post = {**edit, "context": place, "request_method": "POST"}
        for name, view in (
            ("contents", act), ("paste", paste), ("order", order), ("upload", take_files)
        ):  # fmt: skip
            config.add_view(view, name=name, **post)
