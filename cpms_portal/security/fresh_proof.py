"""Step-up: a view with ``fresh_proof=True`` asks for a second factor again when the last is old.

A page that was only read is shown afterwards. What was posted is not done: it is kept for a
while and offered to be sent again, or the person is led back to the page it was sent from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.security.sessions import freshly_proven
from cpms_portal.security.unsent import NOT_DONE, Unsent, forget_unsent, keep_unsent

View = Callable[[Any, Request], Response]
#: The pages that ask, and that offer to send again; identity has them.
PROVE, SEND_AGAIN = "prove", "send-again"


def fresh_proof_view(view: View, about: Any) -> View:
    """Wrap a view that says ``fresh_proof=True``."""
    if not about.options.get("fresh_proof"):
        return view

    def guarded(context: Any, request: Request) -> Response:
        if freshly_proven(request):
            forget_unsent(request)
            return view(context, request)
        reading = request.method in ("GET", "HEAD")
        wanted = request.path_qs if reading else _not_done(context, request)
        return HTTPSeeOther(request.resource_path(request.root, PROVE, query={"next": wanted}))

    return guarded


# Pyramid reads the names of the options a deriver takes from this attribute.
fresh_proof_view.options = ("fresh_proof",)  # type: ignore[attr-defined]  # a function takes attributes


def _not_done(context: Any, request: Request) -> str:
    """Keep what was posted, and return the page that comes after the proof."""
    page = _sent_from(context, request)
    if keep_unsent(request, Unsent(request.path_qs, page, _fields(request))):
        return str(request.resource_path(request.root, SEND_AGAIN))
    if request.session_record is not None:
        request.session_record.values[NOT_DONE] = True
    return page


def _fields(request: Request) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in request.POST.items() if name != "csrf_token"]


def _sent_from(context: Any, request: Request) -> str:
    parts = urlsplit(request.referrer or "")
    ours = f"{parts.scheme}://{parts.netloc}" == request.host_url
    # A path that begins with two strokes would name another server in a link.
    if not ours or not parts.path.startswith("/") or parts.path.startswith("//"):
        return str(request.resource_path(context))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def includeme(config: Configurator) -> None:
    """Register the deriver; nothing is drawn, and nothing recorded as read, before the proof."""
    config.add_view_deriver(fresh_proof_view, "fresh_proof", over=("audited", "rendered_view"))
