"""Sign in outside: off to a source, and back with what it says.

Going is a link, because a form must not lead elsewhere (content security policy); it is taken
from our own pages only, so that no other site signs anybody in unasked. Who comes back does so
by GET, as the protocols have it; nothing happens before the page they land on is sent by POST.
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.clock import now
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of
from cpms_portal.core.transactions import turn_given_up
from cpms_portal.identity.actions import WAIT, tell_access
from cpms_portal.identity.actions.front_desk import desk_for, spend
from cpms_portal.identity.actions.identities import link_identity, note_session, note_use
from cpms_portal.identity.interfaces import IIdentitySource
from cpms_portal.identity.queries import may_sign_in
from cpms_portal.identity.queries.errands import (
    COUNTS,
    LINK,
    PROVE,
    SIGN_IN,
    Asked,
    asked_in,
    errand_of,
    new_state,
    noted,
)
from cpms_portal.identity.queries.identities import (
    identity_of,
    person_of_identity,
    proves_two_factors,
)
from cpms_portal.identity.queries.keys import needs_key
from cpms_portal.identity.sources.said import Said, SourceRefusedError
from cpms_portal.identity.views.landing import go_on, to_account, wanted_path
from cpms_portal.identity.views.proof import go_back
from cpms_portal.identity.views.sign_in import enter, outside_said, to_second_step, visitor
from cpms_portal.security.attempts import begin_try
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import ended_since

#: What a source may send back with the browser.
ANSWERS = ("state", "ticket", "code", "iss", "error")
LATE = _("That took too long, or it was sent twice. Please try once more.")
NOT_SAID = _("${source} did not confirm who you are. Please try once more.")
AWAY = _("${source} does not answer just now. Please sign in another way, or try later.")


def source_of(request: Request) -> Any:
    """Return the source the address names; HTTPNotFound when it is not switched on."""
    name = request.matchdict["source"] if request.matchdict else request.GET.get("source", "")
    source = request.registry.cpms_sources.get(name)
    if source is None:
        raise HTTPNotFound()
    return source


def send(request: Request, source: IIdentitySource, purpose: str, wanted: str) -> Response:
    """Send the browser to a source."""
    registry, name = request.registry, source.declared.name
    asked = Asked(purpose, wanted, now(registry))
    state = new_state(registry, name, asked, get_csrf_token(request))
    try:
        address = source.address(errand_of(registry, name, state, asked))
    except SourceRefusedError:
        said = _(AWAY, mapping={"source": source.declared.title})
        request.tell(said, "attention")
        return HTTPSeeOther(location=wanted if request.person else "/sign-in")
    return HTTPSeeOther(location=address)


def sent_by_another_site(request: Request) -> bool:
    """Say whether a link or script of another site leads here (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def go_outside(context: Portal, request: Request) -> Response:
    """Go to a source to sign in; not when another site sends somebody here."""
    source = source_of(request)
    if sent_by_another_site(request):
        return go_on(request, "sign-in")
    return send(request, source, SIGN_IN, wanted_path(request))


def go_to_link(context: Person, request: Request) -> Response:
    """Go to a source to link who one is there with the account; from our own pages only.

    Another site may have signed this browser in there as somebody else before.
    """
    source, account = source_of(request), request.resource_path(context, "account")
    if sent_by_another_site(request):
        return HTTPSeeOther(location=account)
    return send(request, source, LINK, account)


def go_to_prove(context: Portal, request: Request) -> Response:
    """Go to a source to show afresh who one is."""
    return send(request, source_of(request), PROVE, wanted_path(request))


def came_back(context: Portal, request: Request) -> Any:
    """Show the page that sends on what a source answered."""
    source = source_of(request)
    name, state = source.declared.name, request.GET.get("state", "")
    asked = asked_in(request.registry, name, state, get_csrf_token(request))
    if asked is None:
        return refuse(request, LATE)
    wanted = {} if asked.wanted == "/" else {"next": asked.wanted}
    path = request.resource_path(request.root, "sign-in", "with", name, "return", query=wanted)
    fields = [(key, request.GET[key]) for key in ANSWERS if key in request.GET]
    return {"title": _("One moment"), "path": path, "fields": fields, "source": source.declared}


def refuse(request: Request, text: Any, **mapping: str) -> Response:
    """Lead to the front door, or to the page one came from, with the reason."""
    request.tm.doom()
    request.tell(_(text, mapping=mapping), "attention")
    if request.person is not None:
        return HTTPSeeOther(location=wanted_path(request))
    return go_on(request, "sign-in")


def take(context: Portal, request: Request) -> Any:
    """Take what a source answered, once, from the browser that was sent."""
    source = source_of(request)
    name, state = source.declared.name, request.POST.get("state", "")
    asked = asked_in(request.registry, name, state, get_csrf_token(request))
    if asked is None or not spend(desk_for(context), state, request.actor, COUNTS):
        return refuse(request, LATE)
    try:
        said = _heard(request, source, state, asked)
        return _DONE[asked.purpose](request, said, asked)
    except SourceRefusedError as error:
        detail = {"source": name, "why": error.why}
        tell_access(context["people"], visitor(request), "sign_in.refused", detail)
        return refuse(request, NOT_SAID, source=source.declared.title)
    except ValueRefusedError as error:
        return refuse(request, error.message)


def _heard(request: Request, source: IIdentitySource, state: str, asked: Asked) -> Said:
    """Return what the source says; asked once, however often the request is retried."""
    known: dict[str, Said] = request.environ.setdefault("cpms.said", {})
    if state not in known:
        tried = begin_try(request.registry, 0, request.remote_addr or "")
        if not tried.allowed:
            raise ValueRefusedError(WAIT)
        errand = errand_of(request.registry, source.declared.name, state, asked)
        with turn_given_up():
            known[state] = source.said(errand, dict(request.POST))
        tried.was_right()
    return known[state]


def _sign_in(request: Request, said: Said, asked: Asked) -> Any:
    """Let in whom a source names; ask for an own second factor where it proves none."""
    person = person_of_identity(request.root, said.source, said.subject)
    if person is None:
        note = noted(request.registry, said, get_csrf_token(request))
        source = request.registry.cpms_sources[said.source].declared
        return {"title": source.title, "said": said, "note": note, "source": source}
    if not may_sign_in(person, request.registry):
        raise ValueRefusedError(_("This account cannot be used. Please ask the helpdesk."))
    if ended_since(person, oid_of(person), asked.begun):
        raise ValueRefusedError(LATE)  # shown before all sessions were ended
    actor, outside = visitor(request), outside_said(request, said)
    note_use(person, said, actor)
    note_session(person, said, actor)
    identity = identity_of(person, said.source, said.subject)
    confirmed = identity is not None and identity.confirmed
    strong = confirmed and proves_two_factors(said, request.registry)
    if strong and not needs_key(person, request.registry):
        return enter(request, person, outside=outside)
    return to_second_step(request, person, outside=outside)


def _link(request: Request, said: Said, asked: Asked) -> Response:
    """Link who somebody is outside with the account they are signed in to."""
    if request.person is None:
        raise ValueRefusedError(LATE)
    link_identity(request.person, said, request.actor, confirmed=True)
    request.tell(_("The sign-in was linked."))
    return to_account(request.person, request)


def _prove(request: Request, said: Said, asked: Asked) -> Response:
    """Take a fresh proof of a source as the second factor."""
    person = request.person
    identity = person and identity_of(person, said.source, said.subject)
    if not identity or not identity.confirmed or needs_key(person, request.registry):
        raise ValueRefusedError(_("This sign-in cannot be used here."))
    if not proves_two_factors(said, request.registry):
        raise ValueRefusedError(_("That proof was too weak. Use another way."))
    tell_access(person, request.actor, "step_up.outside", {"source": said.source})
    return go_back(request)


_DONE = {SIGN_IN: _sign_in, LINK: _link, PROVE: _prove}


def includeme(config: Configurator) -> None:
    """Register the pages."""
    templates = "cpms_portal.identity:templates/"
    config.add_route("sign-in-with", "/sign-in/with/{source}", traverse="/")
    config.add_route("sign-in-return", "/sign-in/with/{source}/return", traverse="/")
    for view, route, method, template in (
        (go_outside, "sign-in-with", "GET", None),
        (came_back, "sign-in-return", "GET", "outside_return"),
        (take, "sign-in-return", "POST", "outside_first"),
    ):
        config.add_view(
            view,
            route_name=route,
            request_method=method,
            renderer=template and f"{templates}{template}.pt",
            permission=NO_PERMISSION_REQUIRED,
        )
    config.add_view(
        go_to_link,
        name="link-identity",
        context=Person,
        request_method="GET",
        permission=Permission.ACCOUNT_EDIT,
        fresh_proof=True,
    )
    config.add_view(
        go_to_prove,
        name="prove-outside",
        context=Portal,
        request_method="GET",
        permission=Permission.PORTAL_ENTER,
    )
