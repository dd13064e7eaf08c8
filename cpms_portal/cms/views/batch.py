"""What is done in the table of contents with many items at once: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions import moving, ordering
from cpms_portal.cms.actions.publishing import take_step
from cpms_portal.cms.actions.writing import arrange_page
from cpms_portal.cms.queries.links import what_links_to
from cpms_portal.cms.queries.listing import MOST_DIGITS, Asked
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem
from cpms_portal.cms.schemas.fields import Tags
from cpms_portal.cms.views.clipboard import clip
from cpms_portal.cms.views.undo import Noting
from cpms_portal.core.errors import CPMSError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.moments import Moment
from cpms_portal.security.permissions import Permission

Items = list[LibraryItem]
Act = Callable[[Items, Request], str]
#: Beyond every folder: whoever goes there goes to its end.
LAST_ROW = 10 ** (MOST_DIGITS - 1)
#: What others link to is looked up of so many, and no more.
ASKED_ABOUT = 200


def _chosen(context: Any, request: Request) -> Items:
    """Return the items that were ticked and stand here, in the order they were shown."""
    names = request.POST.getall("name")
    found = [context[name] for name in names if name in context]
    chosen = [one for one in found if isinstance(one, LibraryItem)]
    if not chosen:
        raise ValueRefusedError(_("Tick something first."))
    return chosen


def _each(items: Items, request: Request, act: Callable[[LibraryItem], Any]) -> None:
    """Do something with each; a refusal names the one that is refused."""
    for item in items:
        try:
            act(item)
        except CPMSError as error:
            said = request.localizer.translate(error.message)
            raise ValueRefusedError(f"{item.title}: {said}") from error


def _cut(items: Items, request: Request) -> str:
    clip(request, "move", items)
    return _("Cut. Open the folder it shall go to and paste it there; until then nothing changes.")


def _copy(items: Items, request: Request) -> str:
    clip(request, "copy", items)
    return _("Copied. Open the folder it shall go to and paste it there.")


def _state(items: Items, request: Request) -> str:
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")
    taken = request.registry.cpms_workflows["Page"].transitions.get(step)
    left = [item for item in items if taken is None or item.state != taken.target]
    _each(left, request, lambda item: take_step(item, step, request.actor, comment[:1000]))
    there, words = len(items) - len(left), {"count": len(left)}
    if there:
        words["there"] = there
        return _("State changed: ${count}. In that state already: ${there}.", mapping=words)
    moves = request.registry.cpms_workflows["Page"].transitions
    if step not in BACK:
        return _("State changed: ${count}.", mapping=words)
    back = {**words, "step": request.localizer.translate(moves[BACK[step]].title)}
    return _("State changed: ${count}. The step “${step}” takes it back.", mapping=back)


def _tags(items: Items, request: Request) -> str:
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


def _moment(request: Request, name: str) -> Any:
    node = colander.SchemaNode(Moment(), missing=None)
    try:
        return node.deserialize(request.POST.get(name, "") or colander.null)
    except colander.Invalid as error:
        raise ValueRefusedError(str(error.msg)) from error


def _dates(items: Items, request: Request) -> str:
    begins, ends = _moment(request, "shown_from"), _moment(request, "shown_until")
    _each(items, request, lambda item: moving.show_between(item, begins, ends, request.actor))
    return _("Dates changed.")


def _discard(items: Items, request: Request) -> str:
    _each(items, request, lambda item: moving.discard(item, request.actor))
    words = {"count": len(items)}
    return _("Moved to the trash: ${count}. It can be restored from there.", mapping=words)


def _rename(items: Items, request: Request) -> str:
    if len(items) > 1:
        raise ValueRefusedError(_("One at a time can be renamed. Tick one."))
    moving.rename_item(items[0], request.POST.get("new_name", "").strip(), request.actor)
    return _("Renamed. The old address leads to the new one.")


def _up(items: Items, request: Request) -> str:
    ordering.step_in_order(items, -1, request.actor)
    return _("Moved up.")


def _down(items: Items, request: Request) -> str:
    ordering.step_in_order(items, 1, request.actor)
    return _("Moved down.")


def _place(items: Items, request: Request) -> str:
    said = request.POST.get("row", "").strip()
    if not (said.isascii() and said.isdigit() and 0 < len(said) < MOST_DIGITS and int(said)):
        raise ValueRefusedError(_("Say the number of a row, from 1."))
    before = ordering.row_of(items[0])
    rows = {"row": ordering.put_at(items, int(said), request.actor), "before": before}
    return _("Moved to row ${row}. It stood in row ${before}.", mapping=rows)


def _top(items: Items, request: Request) -> str:
    ordering.put_at(items, 1, request.actor)
    return _("Moved to the top.")


def _end(items: Items, request: Request) -> str:
    ordering.put_at(items, LAST_ROW, request.actor)
    return _("Moved to the end.")


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
    "top": _top,
    "end": _end,
}
#: After these the table is shown where the rows are now.
ORDERING = frozenset({"up", "down", "place", "top", "end"})


def act(context: Any, request: Request) -> Response:
    """Do what the pressed button says with what is ticked: all of it or, when refused, nothing."""
    asked, name = Asked.of(request.GET), request.POST.get("act", "")
    pressed, anchor = ACTS.get(name), None
    try:
        if pressed is None:
            raise ValueRefusedError(_("Choose what to do."))
        items = _chosen(context, request)
        if pressed is _discard and "sure" not in request.POST:
            linked = _linked(items, request)
            if linked:
                return _ask(items, linked, request)
        noting = Noting(name, items)
        request.tell(pressed(items, request))
        noting.keep(request)
        if name in ORDERING and asked.is_as_placed:
            asked = asked.page_of(ordering.row_of(items[0]))
            anchor = f"item-{items[0].__name__}"
    except CPMSError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    back = {"query": asked.query()} | ({"anchor": anchor} if anchor else {})
    return HTTPSeeOther(request.resource_path(context, "contents", **back))


def _linked(items: Items, request: Request) -> list[tuple[LibraryItem, list[Any]]]:
    """Return the items that others link to, with those others."""
    going = set(items)
    found = [
        (item, [one for one in what_links_to(item, request.actor) if one not in going])
        for item in items[:ASKED_ABOUT]
    ]
    return [(item, others) for item, others in found if others]


def _ask(items: Items, linked: Any, request: Request) -> Response:
    """Say what links to what shall be thrown away; it is told, not forbidden."""
    shown = {"title": _("Remove"), "items": items, "linked": linked}
    return render_to_response("cpms_portal.cms:templates/discard.pt", shown, request)


def order(context: Any, request: Request) -> Response:
    """Put an item before or after another one, or some rows further, as it was dragged or sent."""
    names = ("name", "before", "after")
    found = [context.get(request.POST.get(one, "")) for one in names]
    item, before, after = (one if isinstance(one, LibraryItem) else None for one in found)
    by = {"up": -1, "down": 1}.get(request.POST.get("act", ""))
    ends = {"top": 1, "end": LAST_ROW}.get(request.POST.get("act", ""))
    if item is None or not (before or after or by or ends):
        raise ValueRefusedError(_("This is not here any more. Please look again."))
    if by:
        ordering.step_in_order([item], by, request.actor)
    elif ends:
        ordering.put_at([item], ends, request.actor)
    elif before is not None and before is not item:
        ordering.put_between(item, before, request.actor)
    elif after is not None and after is not item:
        ordering.put_after(item, after, request.actor)
    return Response(json_body={"row": ordering.row_of(item)})


def includeme(config: Configurator) -> None:
    """Register the addresses."""
    for place in (Library, LibraryFolder):
        post = {"permission": Permission.PAGE_EDIT, "context": place, "request_method": "POST"}
        config.add_view(act, name="contents", **post)
        config.add_view(order, name="order", **post)
