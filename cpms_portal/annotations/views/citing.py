"""Annotations beside the contribution that cites them."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.annotations.actions import cite
from cpms_portal.annotations.queries.layers import citable, cited_by, opened, target_of
from cpms_portal.annotations.queries.wording import title_of
from cpms_portal.annotations.resources import Annotation, Annotations
from cpms_portal.panels.resources import Contribution
from cpms_portal.security.permissions import Permission


def _line(annotation: Annotation, contribution: Contribution, request: Request) -> dict[str, Any]:
    target = target_of(annotation, request.actor)
    one = None if target is None else opened(annotation, target, request.registry)
    title, said = title_of(one)
    return {
        "name": annotation.__name__,
        "url": request.resource_path(annotation) if target is not None else "",
        "title": title,
        "said": said,
        "cited": annotation.cited_by == contribution.__oid__,
    }


@view_config(
    context=Contribution,
    name="cited",
    permission=Permission.CONTRIBUTION_VIEW,
    renderer="cpms_portal.annotations:templates/cited.pt",
)
def cited(contribution: Contribution, request: Request) -> dict[str, Any]:
    """Show what a contribution cites, and let its author choose."""
    actor = request.actor
    may_cite = request.has_permission(Permission.CONTRIBUTION_EDIT, contribution)
    choices = citable(contribution, actor) if may_cite else []
    return {
        "lines": [_line(one, contribution, request) for one in cited_by(contribution, actor)],
        "choices": [_line(one, contribution, request) for one in choices],
        "cite_url": request.resource_path(contribution, "cite"),
    }


@view_config(
    context=Contribution,
    name="cite",
    permission=Permission.CONTRIBUTION_EDIT,
    request_method="POST",
)
def submit_citations(contribution: Contribution, request: Request) -> Response:
    """Keep which annotations a contribution shows."""
    cite(contribution, request.POST.getall("annotation"), request.actor)
    panel = request.resource_path(contribution.panel, "advice")
    return HTTPSeeOther(f"{panel}#{contribution.__name__}")


@view_config(context=Annotations, permission=Permission.ANNOTATION_VIEW, audited=False)
def to_advice(annotations: Annotations, request: Request) -> Response:
    """Lead from the container to the page that shows what is cited."""
    return HTTPSeeOther(request.resource_path(annotations.__parent__, "advice"))
