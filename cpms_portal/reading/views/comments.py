"""Comments: below an item where they are switched on, and the list of those that wait."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.resources import Library, LibraryItem
from cpms_portal.cms.views.words import number_in
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.reading.actions import LONGEST, add_comment, allow_comments, decide_comment
from cpms_portal.reading.queries import (
    comments_on,
    desk_of,
    is_open,
    item_of,
    waiting_comments,
)
from cpms_portal.reading.resources import Comment
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import offers, state_of


def comments_section(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show the comments on an item, a form for those who may, a switch for those who edit."""
    may_edit = request.has_permission(Permission.PAGE_EDIT, context)
    opened = is_open(context)
    return {
        "is_open": opened,
        "comments": [_line(one, request) for one in comments_on(context, request.actor)],
        "may_comment": opened and request.person is not None,
        "may_edit": may_edit,
        "path": request.resource_path(context, "comment"),
        "switch": request.resource_path(context, "allow-comments"),
        "longest": LONGEST,
        "sign_in": request.resource_path(
            request.root, "sign-in", query={"came_from": request.resource_path(context)}
        ),
    }


def _line(comment: Comment, request: Request) -> dict[str, Any]:
    item = item_of(comment)
    return {
        "comment": comment,
        "state": state_of(comment, request.registry),
        "offers": offers(comment, request.actor),
        "path": request.resource_path(comment, "decide"),
        "item": "" if item is None else item.title,
        "url": "" if item is None else request.resource_path(item),
    }


def take_comment(context: LibraryItem, request: Request) -> Response:
    """Take a comment."""
    try:
        add_comment(context, request.POST.get("text", ""), request.actor)
        request.tell(_("Thank you. Your comment is shown once somebody has looked at it."))
    except CPMSError as error:
        request.tell(error.message, "attention")
    return HTTPSeeOther(request.resource_path(context))


def switch_comments(context: LibraryItem, request: Request) -> Response:
    """Let readers comment, or no longer."""
    allowed = request.POST.get("allowed") == "yes"
    allow_comments(context, allowed=allowed, actor=request.actor)
    request.tell(_("Readers may comment now.") if allowed else _("Comments are closed now."))
    return HTTPSeeOther(request.resource_path(context))


def decide(context: Comment, request: Request) -> Response:
    """Take a step of a comment."""
    try:
        decide_comment(context, request.POST.get("step", ""), request.actor)
    except CPMSError as error:
        request.tell(error.message, "attention")
    item = item_of(context)
    return HTTPSeeOther(request.resource_path(item if item is not None else request.root))


def waiting_page(context: Library, request: Request) -> dict[str, Any]:
    """List the comments of a library that wait."""
    found = waiting_comments(context, request.actor, number_in(request.GET.get("start", "")))
    path = request.resource_path(context, "waiting-comments")
    return {
        "title": _("Comments that wait"),
        "found": found,
        "comments": [_line(one, request) for one in found],
        "address": lambda start: f"{path}?start={start}",
        "any": desk_of(context) is not None,
    }


def includeme(config: Configurator) -> None:
    """Register the piece of the page, what takes comments, and the list."""
    config.add_view(
        comments_section,
        context=LibraryItem,
        name="comments-section",
        permission=Permission.PAGE_VIEW,
        request_method=("GET", "POST"),
        renderer="cpms_portal.reading:templates/comments.pt",
    )
    config.add_section(
        LibraryItem, "comments-section", order=60, permission=Permission.PAGE_VIEW, place="item"
    )
    for view, context, name, permission in (
        (take_comment, LibraryItem, "comment", Permission.PAGE_VIEW),
        (switch_comments, LibraryItem, "allow-comments", Permission.PAGE_EDIT),
        (decide, Comment, "decide", Permission.COMMENT_VIEW),
    ):
        config.add_view(
            view, context=context, name=name, permission=permission, request_method="POST"
        )
    config.add_view(
        waiting_page,
        context=Library,
        name="waiting-comments",
        permission=Permission.PAGE_REVIEW,
        request_method="GET",
        renderer="cpms_portal.reading:templates/waiting-comments.pt",
    )
    words = _("Comments")
    config.add_tab(Library, "waiting-comments", words, order=65, permission=Permission.PAGE_REVIEW)
