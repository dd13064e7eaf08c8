"""Containers below a centre or a patient: each is the tab of the same name of what it stands in."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import render_view_to_response


def as_tab_above(context: Any, request: Request) -> Response:
    """Answer with the view of the node above that has this container's name; that view decides.

    The container is made with the first thing put into it; the address works before and after.
    """
    name, above = context.__name__, context.__parent__
    request.context, request.view_name = above, name
    response = render_view_to_response(above, request, name)
    if response is None:
        raise HTTPNotFound()
    return response
