"""First of all a clinician says what they do: until then every page leads to the preferences.

Open all the same are the account and its safety, the proofs it asks for, the library with its
help and privacy statement, the helpdesk, and the way out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.people.queries import network_to_ask
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.resources import Person

View = Callable[[Any, Request], Response]
#: What stands open before the answer, by permission and by name.
OPEN = frozenset(
    {
        NO_PERMISSION_REQUIRED,
        Permission.ACCOUNT_EDIT,
        Permission.ACCOUNT_VIEW,
        Permission.LIBRARY_VIEW,
        Permission.PAGE_VIEW,
        Permission.PROFILE_EDIT,
        Permission.SUPPORT_ASK,
        Permission.SUPPORT_VIEW,
        Permission.TICKET_ASK,
        Permission.TICKET_VIEW,
    }
)
OPEN_NAMES = frozenset(
    {"account", "prove", "prove-key", "prove-outside", "prove-sms", "prove-sms-send", "send-again"}
)
ENTERED = "cpms.people.entered"


def asked_first(view: View, about: Any) -> View:
    """Wrap a view: who has not said yet what they do is led to where they say it."""
    said = about.options
    is_open = about.exception_only or said["permission"] in OPEN or said["name"] in OPEN_NAMES

    def asking(context: Any, request: Request) -> Response:
        if ENTERED in request.environ:
            return view(context, request)  # a piece of a page that was entered already
        path = None if is_open else page_to_answer(request)
        if path is not None:
            return HTTPSeeOther(location=path)
        request.environ[ENTERED] = True
        try:
            return view(context, request)
        finally:
            del request.environ[ENTERED]

    return asking


def page_to_answer(request: Request) -> str | None:
    """Return the page that comes before the one asked for; None for programs and visitors."""
    if request.session_record is None or request.person is None:
        return None
    wanted = request.path_qs if request.method in ("GET", "HEAD") else "/"
    return preferences_first(request, request.person, wanted)


def preferences_first(request: Request, person: Person, wanted: str) -> str | None:
    """Return the page where a clinician says what is missing, None when nothing is."""
    network = network_to_ask(person, actor_for(request.registry, person))
    if network is None:
        return None
    query = {"network": network.__name__, **({} if wanted == "/" else {"next": wanted})}
    return str(request.resource_path(person, "preferences", query=query))


def includeme(config: Configurator) -> None:
    """Ask before a page is drawn, or a fresh proof asked for."""
    config.add_view_deriver(
        asked_first, "asked_first", over=("fresh_proof", "audited", "rendered_view")
    )
