"""Codes by text message: numbers in my account, the second step, and a fresh proof."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions.mobiles import (
    add_mobile,
    prove_by_sms,
    remove_mobile,
    send_code,
)
from cpms_portal.identity.queries.mobiles import offers_sms
from cpms_portal.identity.schemas.mobiles import mobile_schema, sms_code_schema
from cpms_portal.identity.views.landing import AccountForm, go_on, to_account, wanted_path
from cpms_portal.identity.views.proof import go_back
from cpms_portal.identity.views.second_step import SecondStep
from cpms_portal.identity.views.sign_in import half_signed_in, visitor
from cpms_portal.outbox.gateways import sms_gateway
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import session_key

TEMPLATE = "cpms_portal.identity:templates/sms.pt"
WEAK = _(
    "A text message is the weakest way: numbers are taken over by fraud, and messages are read on "
    "locked screens. Use it only when you have nothing else."
)


class AddMobile(AccountForm):
    """A mobile number; a code is sent to it."""

    title = _("Add a mobile number")
    intro = WEAK
    submit_label = _("Send a code")
    schema = staticmethod(mobile_schema)

    def __call__(self) -> Any:
        """Show the form only where text messages are switched on."""
        if sms_gateway(self.request.registry) is None:
            raise HTTPNotFound()
        return super().__call__()

    def save(self, values: dict[str, Any]) -> Response:
        """Send the code."""
        bound = session_key(self.request)
        send_code(self.context, values["number"], self.request.actor, bound=bound)
        return HTTPSeeOther(location=self.request.resource_path(self.context, "confirm-mobile"))


class ConfirmMobile(AccountForm):
    """The code that came by text message."""

    title = _("Confirm the number")
    submit_label = _("Confirm")
    schema = staticmethod(sms_code_schema)

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the number."""
        bound = session_key(self.request)
        add_mobile(self.context, values["code"], self.request.actor, bound=bound)
        self.request.tell(_("The number was added."))
        return self.back()


def remove_mobile_now(context: Person, request: Request) -> Response:
    """Remove a number."""
    remove_mobile(context, request.POST.get("number", ""), request.actor)
    request.tell(_("The number was removed."))
    return to_account(context, request)


class SignInSMS(SecondStep):
    """The second step by text message."""

    title = _("Code by text message")
    schema = staticmethod(sms_code_schema)

    def redirect_first(self) -> Response | None:
        """Lead who may not use it to the other ways."""
        offered = offers_sms(self.person, self.request.registry)
        return None if offered else go_on(self.request, "sign-in/code")

    def extra(self) -> dict[str, Any]:
        """Return the numbers and where a message is asked for."""
        send = go_on(self.request, "sign-in/sms/send").location
        return {"weak": WEAK, "mobiles": self.person.account.mobiles, "send": send}

    def save(self, values: dict[str, Any]) -> Response:
        """Take the code."""
        bound = session_key(self.request)
        prove_by_sms(self.person, values["code"], visitor(self.request), bound=bound)
        return self.go_in()


class ProveSMS(FormView):
    """A delicate page takes a code by text message."""

    title = _("Is it still you?")
    submit_label = _("Go on")
    schema = staticmethod(sms_code_schema)

    def __call__(self) -> Any:
        """Show the form only to who may use it."""
        if not offers_sms(self.request.person, self.request.registry):
            raise HTTPNotFound()
        return super().__call__()

    def extra(self) -> dict[str, Any]:
        """Return the numbers and where a message is asked for."""
        query = {"next": wanted_path(self.request)}
        send = self.request.resource_path(self.request.root, "prove-sms-send", query=query)
        return {"weak": WEAK, "mobiles": self.request.person.account.mobiles, "send": send}

    def save(self, values: dict[str, Any]) -> Response:
        """Take the code and go on."""
        person, bound = self.request.person, session_key(self.request)
        actor = self.request.actor
        prove_by_sms(person, values["code"], actor, bound=bound, purpose="step_up")
        return go_back(self.request)


def _send(request: Request, person: Person) -> None:
    """Send a code to one of the numbers of a person; what went wrong is told on the next page."""
    numbers = {str(place): one.number for place, one in enumerate(person.account.mobiles)}
    number = numbers.get(request.POST.get("mobile", ""))
    if number is None or not offers_sms(person, request.registry):
        raise HTTPNotFound()
    try:
        send_code(person, number, visitor(request), bound=session_key(request))
        request.tell(_("A message is on its way."), "info")
    except ValueRefusedError as error:
        request.tell(error.message, "attention")


def send_at_sign_in(context: Portal, request: Request) -> Response:
    """Send a code to who showed a password."""
    person = half_signed_in(request)
    if person is None:
        return go_on(request, "sign-in")
    _send(request, person)
    return go_on(request, "sign-in/sms")


def send_to_prove(context: Portal, request: Request) -> Response:
    """Send a code to who is signed in."""
    _send(request, request.person)
    query = {"next": wanted_path(request)}
    return HTTPSeeOther(location=request.resource_path(context, "prove-sms", query=query))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for view, name, method in (
        (AddMobile, "add-mobile", None),
        (ConfirmMobile, "confirm-mobile", None),
        (remove_mobile_now, "remove-mobile", "POST"),
    ):
        config.add_view(
            view,
            name=name,
            context=Person,
            request_method=method,
            permission=Permission.ACCOUNT_EDIT,
            fresh_proof=True,
        )
    for view, name, method, template in (
        (ProveSMS, "prove-sms", None, TEMPLATE),
        (send_to_prove, "prove-sms-send", "POST", None),
    ):
        config.add_view(
            view,
            name=name,
            context=Portal,
            request_method=method,
            renderer=template,
            permission=Permission.PORTAL_ENTER,
        )
    for view, name, method, template in (
        (SignInSMS, "sms", None, TEMPLATE),
        (send_at_sign_in, "sms/send", "POST", None),
    ):
        route = f"sign-in-{name.replace('/', '-')}"
        config.add_route(route, f"/sign-in/{name}", traverse="/")
        config.add_view(
            view,
            route_name=route,
            request_method=method,
            renderer=template,
            permission=NO_PERMISSION_REQUIRED,
        )
