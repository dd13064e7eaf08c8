"""Signed out here, still signed in there: the page that says so, and the way out of both.

A form must not lead to another site (content security policy), so the way out is a link. What
the source wants to see again then is kept sealed with the session, and in the browser after it.
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.core.settings import setting
from cpms_portal.identity.actions import tell_access
from cpms_portal.identity.sources.said import SourceRefusedError
from cpms_portal.identity.views.outside import AWAY, sent_by_another_site, source_of
from cpms_portal.identity.views.sign_in import HINT, outside_of
from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.secret import opened
from cpms_portal.security.sessions import close_session

#: Carries what a source said over the end of the session.
COOKIE, SECONDS = "cpms-way-out", 15 * 60
NO_WAY = _("${source} offers no way to sign out from here. Close the browser to be sure.")


def sign_out(context: Portal, request: Request) -> Response:
    """End the session of this browser; lead on to where else it began."""
    begun = None
    if request.person is not None:
        begun = outside_of(request, request.person)
        tell_access(request.person, request.actor, "sign_out")
    close_session(request)
    if begun and begun.source in request.registry.cpms_sources:
        keep_cookie(request, COOKIE, begun.hint, SECONDS)
        return HTTPSeeOther(location=_page(request, begun.source))
    request.tell(_("You are signed out."), "info")
    return HTTPSeeOther(location=request.resource_path(request.root, "sign-in"))


def _page(request: Request, source: str) -> str:
    return str(request.resource_path(request.root, "sign-out", "with", source))


def still_in_there(context: Portal, request: Request) -> dict[str, Any]:
    """Say that the sign-in goes on there, and offer to end it."""
    declared = source_of(request).declared
    onward = f"{_page(request, declared.name)}/there"
    return {"title": _("You are signed out"), "source": declared, "onward": onward}


def sign_out_there(context: Portal, request: Request) -> Response:
    """Lead to the way out of a source; not when another site sends somebody here."""
    source, page = source_of(request), request.resource_path(request.root, "sign-in")
    if sent_by_another_site(request):
        return HTTPSeeOther(location=page)
    back = f"{setting(request.registry, 'cpms.url').rstrip('/')}/sign-in"
    try:
        address, said = source.way_out(back, _hint(request, source.declared.name)), NO_WAY
    except SourceRefusedError:
        address, said = "", AWAY
    if not address:
        request.tell(_(said, mapping={"source": source.declared.title}), "attention")
        return HTTPSeeOther(location=page)
    return HTTPSeeOther(location=address)


def _hint(request: Request, source: str) -> str:
    """Return what a source said when the session that just ended began; used once."""
    sealed = cookie_of(request, COOKIE)
    if sealed:
        keep_cookie(request, COOKIE, "", 0)
    return opened(request.registry, f"{HINT} {source}", sealed)


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        sign_out,
        name="sign-out",
        context=Portal,
        request_method="POST",
        permission=NO_PERMISSION_REQUIRED,
    )
    config.add_route("sign-out-with", "/sign-out/with/{source}", traverse="/")
    config.add_route("sign-out-there", "/sign-out/with/{source}/there", traverse="/")
    for view, route, template in (
        (still_in_there, "sign-out-with", "cpms_portal.identity:templates/still_in_there.pt"),
        (sign_out_there, "sign-out-there", None),
    ):
        config.add_view(
            view,
            route_name=route,
            request_method="GET",
            renderer=template,
            permission=NO_PERMISSION_REQUIRED,
        )
