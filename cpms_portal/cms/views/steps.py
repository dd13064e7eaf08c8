"""What the edit bar does besides editing: steps of the workflow, history, copies, previews."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import Authenticated

from cpms_portal.cms.actions.copies import working_copy_of
from cpms_portal.cms.actions.publishing import revert, take_step
from cpms_portal.cms.queries.items import working_copies_of
from cpms_portal.cms.queries.sharing import groups_for, shared_with
from cpms_portal.cms.queries.versions import (
    Change,
    newest_two,
    versions_of,
    versions_side_by_side,
)
from cpms_portal.cms.resources import Library, LibraryItem, Version
from cpms_portal.cms.schemas.languages import name_of_language
from cpms_portal.cms.views.item import page_of
from cpms_portal.cms.views.library import NOTHING, entries_of, listed_in
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.search.queries import find
from cpms_portal.security.acl import bound_principals
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import ANONYMOUS
from cpms_portal.security.roles import Role

ITEM = "cpms_portal.cms:templates/item.pt"
NOBODY, SOMEBODY = "everyone", "authenticated"
#: Whose eyes a preview can be seen with: role → its words.
EYES = {
    NOBODY: _("Somebody not signed in"),
    SOMEBODY: _("Somebody signed in"),
    Role.READER.value: _("A reader it is shared with"),
    Role.EDITOR.value: _("An editor"),
    Role.REVIEWER.value: _("A reviewer"),
    Role.HP.value: _("A healthcare professional"),
    Role.GUEST.value: _("A guest"),
    Role.RESEARCHER.value: _("A researcher"),
    Role.DISPATCHER.value: _("A dispatcher"),
    Role.COORDINATOR.value: _("A coordinator"),
    Role.ADMINISTRATOR.value: _("A site administrator"),
}


def take(context: LibraryItem, request: Request) -> Response:
    """Take a step of the workflow, with its comment."""
    step, comment = request.POST.get("step", ""), request.POST.get("comment", "")[:1000]
    try:
        shown = take_step(context, step, request.actor, comment)
    except (TransitionDeniedError, ValueRefusedError) as error:
        request.tm.doom()
        return _refused(context, request, comment, error.message)
    request.tell(_("Done."))
    return HTTPSeeOther(request.resource_path(shown))


def _refused(context: LibraryItem, request: Request, comment: str, said: Any) -> Response:
    """Show the item again with what was typed, and what is wrong beside it."""
    page = page_of(context, request)
    listed = entries_of(listed_in(context, request.actor), request)
    page = {**page, "entries": listed, "found": NOTHING}
    bar = replace(page["bar"], comment=comment, problem=said)
    request.response.status_int = 422
    return render_to_response(ITEM, {**page, "bar": bar}, request, response=request.response)


def history_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show every save and every step, and how two saves differ."""
    versions = versions_of(context)
    chosen = _chosen(context, request)
    return {
        "title": _("History"),
        "versions": versions,
        "steps": list(reversed(context.history)),
        "language_name": name_of_language,
        "state_title": lambda state: _state_title(state, request),
        "compared": chosen,
        "ticked": [one.number for one in chosen] if chosen else newest_two(versions),
        "changes": _changes(context, chosen, request) if chosen else [],
        "may_edit": request.has_permission(Permission.PAGE_EDIT, context),
    }


def _changes(context: LibraryItem, chosen: list[Version], request: Request) -> list[Change]:
    old, new = chosen
    return versions_side_by_side(context, old, new, request.localizer.translate)


def _state_title(state: str, request: Request) -> str:
    found = request.registry.cpms_workflows["Page"].states.get(state)
    return request.localizer.translate(found.title) if found is not None else ""


def _chosen(context: LibraryItem, request: Request) -> Any:
    """Return the two versions to compare, the older first, or None."""
    asked = [request.GET.get(name, "") for name in ("old", "new")]
    if not all(one.isdecimal() and len(one) < 9 for one in asked):
        return None
    found = [context.versions.get(int(one)) for one in asked]
    if None in found:
        raise HTTPNotFound()
    return sorted(found, key=lambda version: version.number)


def revert_to(context: LibraryItem, request: Request) -> Response:
    """Let the item say again what it said in a version."""
    asked = request.POST.get("version", "")
    if not asked.isdecimal() or context.versions.get(int(asked[:9])) is None:
        raise HTTPNotFound()
    kept = revert(context, int(asked[:9]), request.actor)
    request.tell(_("Saved as version ${number}.", mapping={"number": kept.number}))
    return HTTPSeeOther(request.resource_path(context, "history"))


def make_working_copy(context: LibraryItem, request: Request) -> Response:
    """Make a working copy, or lead to the one there is."""
    there = working_copies_of(context, request.actor)
    try:
        made = there[0] if there else working_copy_of(context, request.actor)
    except ValueRefusedError as error:
        request.tell(error.message, "attention")
        return HTTPSeeOther(request.resource_path(context))
    request.tell(_("This is a working copy. Published, it replaces the page it was made of."))
    return HTTPSeeOther(request.resource_path(made, "edit"))


def preview_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show an item as somebody of a role sees it, or say that they do not."""
    role = request.GET.get("role", NOBODY)
    groups = [(name, words) for name, words in groups_for(context) if name in shared_with(context)]
    offered = {**EYES, **dict(groups)}
    if role not in offered:
        raise HTTPNotFound()
    eyes = _eyes(context, role, request.actor)
    shown = page_of(context, request)
    return {
        **shown,
        "steps": [_step_seen(one, eyes) for one in shown.get("steps", ())],
        "entries": entries_of(listed_in(context, eyes), request),
        "found": NOTHING,
        "role": role,
        "eyes": list(offered.items()),
        "sees": eyes.may(Permission.PAGE_VIEW, context),
        "edits": eyes.may(Permission.PAGE_EDIT, context),
        "hidden": [
            one
            for link in context.links
            if link.lstrip("-").isdecimal()
            and isinstance(one := resource_of(context, int(link)), LibraryItem)
            and not eyes.may(Permission.PAGE_VIEW, one)
        ],
    }


def _eyes(context: LibraryItem, role: str, actor: Actor) -> Actor:
    """Return somebody of a role, or of a group it is shared with, and nobody in person."""
    own = [role] if role not in EYES else []
    if role in EYES and role not in (NOBODY, SOMEBODY):
        own = bound_principals(context, Role(role))
    signed_in = [] if role == NOBODY else [Authenticated]
    return replace(actor, person=None, principals=frozenset({*ANONYMOUS, *signed_in, *own}))


def _step_seen(step: dict[str, Any], eyes: Actor) -> dict[str, Any]:
    """Return a step of a guide without the picture that somebody does not see."""
    image = step["image"]
    seen = image is not None and eyes.may(Permission.PAGE_VIEW, image)
    return {**step, "image": image if seen else None}


def queue_page(context: Library, request: Request) -> dict[str, Any]:
    """Show what waits for review in a library."""
    where = {"state": "in_review"}
    found = find(request.actor, "page", within=context, where=where, sort="changed", size=200)
    return {
        "title": _("Waiting for review"),
        "waiting": [(item, item.history[-1] if item.history else None) for item in found],
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    folder = "cpms_portal.cms:templates/"
    edit = {"context": LibraryItem, "permission": Permission.PAGE_EDIT}
    work = {"context": LibraryItem, "permission": Permission.PAGE_WORK}
    config.add_view(take, name="step", request_method="POST", **work)
    config.add_view(revert_to, name="revert", request_method="POST", **edit)
    config.add_view(make_working_copy, name="working-copy", request_method="POST", **edit)
    get = {**work, "request_method": "GET"}
    config.add_view(history_page, name="history", renderer=f"{folder}history.pt", **get)
    config.add_view(preview_page, name="preview", renderer=f"{folder}preview.pt", **get)
    config.add_view(
        queue_page,
        context=Library,
        name="review",
        permission=Permission.PAGE_REVIEW,
        request_method="GET",
        renderer=f"{folder}review.pt",
    )
