"""Step-up: delicate pages ask for a second factor again when the last proof is old.

Other packages guard a view with ``decorator=require_fresh_proof``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions import prove_by_code, prove_by_recovery_code
from cpms_portal.identity.queries.keys import needs_key
from cpms_portal.identity.queries.mobiles import offers_sms
from cpms_portal.identity.schemas import code_schema, recovery_schema
from cpms_portal.identity.views.landing import wanted_path
from cpms_portal.layout.theme import local_path
from cpms_portal.security.permissions import Permission
from cpms_portal.security.sessions import FULL, freshly_proven, open_session

View = Callable[[Any, Request], Response]


def require_fresh_proof(view: View) -> View:
    """Wrap a view: without a fresh second factor it leads to a page that asks for one.

    A page that was only read is shown afterwards. What was posted is not done: the person comes
    back to the page it was sent from and sends it again.
    """

    def guarded(context: Any, request: Request) -> Response:
        if freshly_proven(request):
            return view(context, request)
        back = request.path_qs if request.method in ("GET", "HEAD") else _sent_from(request)
        location = request.resource_path(request.root, "prove", query={"next": back})
        return HTTPSeeOther(location=location)

    return guarded


def _sent_from(request: Request) -> str:
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return request.resource_path(request.context)
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))


class Prove(FormView):
    """The page that asks for a code again."""

    title = _("Is it still you?")
    intro = _("The next page needs a fresh proof. Afterwards you come back to where you were.")
    submit_label = _("Go on")

    def __call__(self) -> Any:
        """Lead who has keys and no app to the page for keys."""
        account = self.request.person.account
        if account.keys and not account.devices and "recovery" not in self.request.GET:
            query = {"next": wanted_path(self.request)}
            path = self.request.resource_path(self.request.root, "prove-key", query=query)
            return HTTPSeeOther(location=path)
        return super().__call__()

    @property
    def by_recovery_code(self) -> bool:
        """Whether a recovery code is asked for instead of a device's code."""
        return "recovery" in self.request.GET or not self.request.person.account.devices

    def get_schema(self) -> Any:
        """Return the field for the kind of code."""
        return recovery_schema() if self.by_recovery_code else code_schema()

    def cancel_url(self) -> str | None:
        """Lead to the first page."""
        return self.request.resource_path(self.request.root)

    def extra(self) -> dict[str, Any]:
        """Return where the other kind of code is asked for."""
        query = {"next": wanted_path(self.request), "recovery": "yes"}
        other = self.request.resource_path(self.request.root, "prove", query=query)
        key = self.request.resource_path(
            self.request.root, "prove-key", query={"next": wanted_path(self.request)}
        )
        return {
            "other": None if self.by_recovery_code else other,
            "sms": offers_sms(self.request.person, self.request.registry),
            "sources": usable_sources(self.request),
            "wanted": query_of(self.request),
            "key": key if self.request.person.account.keys else None,
        }

    def save(self, values: dict[str, Any]) -> Response:
        """Take the code and go on in a session with a new id."""
        request = self.request
        if self.by_recovery_code:
            prove_by_recovery_code(
                request.person, values["recovery_code"], request.actor, purpose="step_up"
            )
        else:
            prove_by_code(request.person, values["code"], request.actor, purpose="step_up")
        return go_back(request)


def usable_sources(request: Request) -> list[Any]:
    """Return the sources that could prove somebody afresh: linked, confirmed, strong enough."""
    known, person = request.registry.cpms_sources, request.person
    if needs_key(person, request.registry):
        return []
    names = {one.source for one in person.account.identities if one.confirmed}
    return [known[name].declared for name in known if name in names and known[name].declared.strong]


def query_of(request: Request) -> str:
    """Return the page that is waited for, as part of an address."""
    return urlencode({"next": wanted_path(request)})


def go_back(request: Request) -> Response:
    """Go on where the proof was asked for, in a session with a new id that ends no later."""
    before = request.session_record
    record = open_session(request, oid_of(request.person), FULL, opened=before.opened)
    record.values.update(before.values)
    return HTTPSeeOther(location=wanted_path(request))


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        Prove,
        name="prove",
        context=Portal,
        renderer="cpms_portal.identity:templates/prove.pt",
        permission=Permission.PORTAL_ENTER,
    )
