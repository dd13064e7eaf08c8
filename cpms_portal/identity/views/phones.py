"""Sign in with the phone: a QR code on the computer, a passkey on the phone."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.identity.actions.keys import KeyAnswer
from cpms_portal.identity.actions.phones import (
    OTHER_NUMBER,
    OVER,
    confirm_at_phone,
    enter_by_phone,
    wait_for_phone,
)
from cpms_portal.identity.queries import link_digest
from cpms_portal.identity.queries.keys import authentication_options, new_key_challenge
from cpms_portal.identity.queries.phones import phone_qr, state_for, waiting_for_phone
from cpms_portal.identity.views.account import device_words
from cpms_portal.identity.views.landing import go_on
from cpms_portal.identity.views.sign_in import enter, visitor


def show_code(context: Portal, request: Request) -> Any:
    """Show a new QR code; it is made by POST, so a page that is read stores nothing."""
    bound, device = get_csrf_token(request), (request.user_agent or "")[:200]
    try:
        token, made = wait_for_phone(context["people"], bound, device, visitor(request))
    except ValueRefusedError as error:
        return _back(request, error.message)
    query = f"?{request.query_string}" if request.query_string else ""
    return {
        "title": _("Sign in with your phone"),
        "qr": phone_qr(token, request.registry),
        "number": made.number,
        "token": token,
        "enter": f"/sign-in/phone/enter{query}",
        "again": f"/sign-in/phone{query}",
    }


def is_confirmed(context: Portal, request: Request) -> dict[str, str]:
    """Tell the waiting browser, and no other, how far it is."""
    token, bound = request.GET.get("token", ""), get_csrf_token(request)
    return {"state": state_for(context, token, bound, request.registry)}


def enter_now(context: Portal, request: Request) -> Response:
    """Let the waiting browser in."""
    token, bound = request.POST.get("token", ""), get_csrf_token(request)
    try:
        person = enter_by_phone(context["people"], token, bound, visitor(request))
    except ValueRefusedError as error:
        return _back(request, error.message)
    return enter(request, person)


def _back(request: Request, message: Any) -> Response:
    request.tm.doom()
    request.tell(message, "attention")
    return go_on(request, "sign-in")


def on_the_phone(context: Portal, request: Request) -> Any:
    """Show on the phone which browser waits, and ask for the number and the passkey."""
    token = request.matchdict["token"]
    waiting = waiting_for_phone(context, token, request.registry)
    if waiting is None or waiting.person:
        return _back(request, OVER)
    purpose, registry = f"phone {link_digest(token)}", request.registry
    challenge = new_key_challenge(registry, purpose, get_csrf_token(request))
    return {
        "title": _("Let another device in"),
        "device": device_words(waiting.device),
        "source": waiting.source,
        "challenge": challenge,
        "options": authentication_options(registry, challenge, whole=True),
    }


def confirm_now(context: Portal, request: Request) -> Response:
    """Take number and passkey."""
    token, bound = request.matchdict["token"], get_csrf_token(request)
    posted = request.POST.get
    answer = KeyAnswer(posted("credential", ""), posted("challenge", ""), bound)
    number, actor = posted("number", "").strip(), visitor(request)
    try:
        fits = confirm_at_phone(context["people"], token, number, answer, actor=actor)
    except ValueRefusedError as error:
        return _back(request, error.message)
    said = _("Confirmed. The other device goes on by itself.") if fits else OTHER_NUMBER
    request.tell(said, "success" if fits else "attention")
    return HTTPSeeOther(location=request.resource_path(context, "sign-in"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    templates = "cpms_portal.identity:templates/"
    config.add_route("phone", "/sign-in/phone", traverse="/")
    config.add_route("phone-state", "/sign-in/phone/state", traverse="/")
    config.add_route("phone-enter", "/sign-in/phone/enter", traverse="/")
    config.add_route("on-the-phone", "/sign-in/phone/{token}", traverse="/")
    for view, route, method, renderer in (
        (show_code, "phone", "POST", f"{templates}phone.pt"),
        (is_confirmed, "phone-state", "GET", "json"),
        (enter_now, "phone-enter", "POST", None),
        (on_the_phone, "on-the-phone", "GET", f"{templates}on_the_phone.pt"),
        (confirm_now, "on-the-phone", "POST", None),
    ):
        config.add_view(
            view,
            route_name=route,
            request_method=method,
            renderer=renderer,
            permission=NO_PERMISSION_REQUIRED,
        )
