"""The pages behind ``fresh_proof=True``: prove it again, and send again what was not done."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

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
from cpms_portal.security.fresh_proof import PROVE, SEND_AGAIN
from cpms_portal.security.permissions import Permission
from cpms_portal.security.sessions import FULL, open_session
from cpms_portal.security.unsent import NOT_DONE, unsent_of

NOTHING_DONE = _("Nothing is done yet. Please press the button once more.")


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
    if record.values.pop(NOT_DONE, False):
        request.tell(NOTHING_DONE, "attention")
    return HTTPSeeOther(location=wanted_path(request))


def send_again_page(context: Portal, request: Request) -> dict[str, Any]:
    """Offer to send what was typed before the proof was asked for; nothing of it is shown."""
    return {"title": _("Send it now?"), "unsent": unsent_of(request)}


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        send_again_page,
        name=SEND_AGAIN,
        context=Portal,
        request_method="GET",
        renderer="cpms_portal.identity:templates/send_again.pt",
        permission=Permission.PORTAL_ENTER,
    )
    config.add_view(
        Prove,
        name=PROVE,
        context=Portal,
        renderer="cpms_portal.identity:templates/prove.pt",
        permission=Permission.PORTAL_ENTER,
    )
