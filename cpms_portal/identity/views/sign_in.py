"""The front door: name and password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of, resource_of
from cpms_portal.core.settings import setting
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions import check_password, tell_access
from cpms_portal.identity.actions.identities import OUTSIDE, confirm_identity
from cpms_portal.identity.queries import is_recent, may_sign_in
from cpms_portal.identity.queries.keys import authentication_options, new_key_challenge
from cpms_portal.identity.resources import Outside
from cpms_portal.identity.schemas import sign_in_schema
from cpms_portal.identity.sources.said import Said
from cpms_portal.identity.views.landing import go_on, landing_path
from cpms_portal.identity.views.trust import seen_browser, trusted_since
from cpms_portal.security.principals import actor_for
from cpms_portal.security.resources import Person
from cpms_portal.security.secret import seal
from cpms_portal.security.sessions import FULL, PARTIAL, open_session

#: So long somebody has for the second step.
SECOND_STEP = timedelta(minutes=15)
#: What a hint is sealed for; a cookie carries it out at the end and holds no more than 4 kB.
HINT, LONGEST_HINT = "hint", 3800
REFUSED = _(
    "That did not work. Check the name and the password. After several failures the portal waits, "
    "up to a quarter of an hour, before it looks again."
)


def visitor(request: Request) -> Actor:
    """Return the actor for somebody who has proven nothing, whoever is signed in here."""
    return actor_for(request.registry, None, source=request.remote_addr or "")


def passkey_challenge(request: Request) -> dict[str, str]:
    """Return what a passkey signs instead of a password, for this browser."""
    challenge = new_key_challenge(request.registry, "passkey", get_csrf_token(request))
    options = authentication_options(request.registry, challenge, whole=True)
    return {"challenge": challenge, "options": options}


def half_signed_in(request: Request) -> Person | None:
    """Return who showed a password in this session and must now show a second factor."""
    record = request.session_record
    if record is None or record.level != PARTIAL:
        return None
    person = resource_of(request.root, record.person)
    here = is_recent(record.opened, request.registry, SECOND_STEP)
    if not here or not isinstance(person, Person) or not may_sign_in(person, request.registry):
        return None
    return person


def outside_of(request: Request, person: Person) -> Outside | None:
    """Return the outside sign-in this browser's session of a person goes back to, or None."""
    record = request.session_record
    mine = record is not None and record.person == oid_of(person)
    found: Outside | None = record.values.get(OUTSIDE) if mine else None
    return found


def outside_said(request: Request, said: Said) -> Outside:
    """Return what a session keeps of the sign-in that opened it; its hint is sealed."""
    hint = seal(request.registry, f"{HINT} {said.source}", said.hint) if said.hint else ""
    kept = hint if len(hint) <= LONGEST_HINT else ""
    return Outside(said.source, said.session, said.subject, kept)


def enter(
    request: Request,
    person: Person,
    *,
    proven: datetime | None = None,
    outside: Outside | None = None,
) -> Response:
    """Open the session proper, under a new id, and lead on.

    proven: when the second factor was shown, if not just now: delicate pages ask for it again.
    outside: the sign-in at a source that stands for both factors.
    """
    begun = outside or outside_of(request, person)
    record = open_session(request, oid_of(person), FULL)
    record.proven = proven or record.proven
    record.values["source"] = request.remote_addr or ""
    if begun:
        record.values[OUTSIDE] = begun
        confirm_identity(person, begun.source, begun.subject)
    who = actor_for(request.registry, person, source=request.remote_addr or "")
    tell_access(person, who, "sign_in.done")
    seen_browser(request, person)
    return HTTPSeeOther(location=landing_path(request, person))


def to_second_step(request: Request, person: Person, *, outside: Outside | None = None) -> Response:
    """Open a half session and lead to the second step that fits the account."""
    record = open_session(request, oid_of(person), PARTIAL)
    if outside:
        record.values[OUTSIDE] = outside
    account = person.account
    step = "key" if account.keys else "code" if account.enrolled else "device"
    return go_on(request, f"sign-in/{step}")


class SignIn(FormView):
    """The first step: a name and a password."""

    title = _("Sign in")
    submit_label = _("Continue")
    schema = staticmethod(sign_in_schema)

    def __call__(self) -> Any:
        """Lead on who is signed in already; else show the form or take it."""
        if self.request.method != "POST" and self.request.person is not None:
            return HTTPSeeOther(location=landing_path(self.request, self.request.person))
        return super().__call__()

    def cancel_url(self) -> str | None:
        """Offer no way back: this is the first page."""
        return None

    def save(self, values: dict[str, Any]) -> Any:
        """Check the password and lead to the second step."""
        request = self.request
        person = check_password(
            request.root["people"], values["login"], values["password"], visitor(request)
        )
        if person is None:
            return self.said_no(values["login"])
        trusted = trusted_since(request, person)
        if trusted is not None:
            return enter(request, person, proven=trusted)
        return to_second_step(request, person)

    def said_no(self, login: str) -> dict[str, Any]:
        """Show the form again with the one answer for every reason."""
        form = self.make_form()
        form.set_appstruct({"login": login})
        self.request.response.status_int = 422
        return {**self.page(form), "refused": REFUSED}

    def extra(self) -> dict[str, Any]:
        """Return what the front door shows besides the form."""
        library = self.request.root.get("library")
        return {
            "refused": None,
            "sources": [one.declared for one in self.request.registry.cpms_sources.values()],
            "query": f"?{self.request.query_string}" if self.request.query_string else "",
            "passkey": passkey_challenge(self.request),
            "training": setting(self.request.registry, "cpms.site") == "training",
            "library": library and self.request.resource_path(library),
        }


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        SignIn,
        name="sign-in",
        context=Portal,
        renderer="cpms_portal.identity:templates/sign_in.pt",
        permission=NO_PERMISSION_REQUIRED,
    )
