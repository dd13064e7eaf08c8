"""The second step: a code, a recovery code, or setting up the first device."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions import (
    add_device,
    make_recovery_codes,
    prove_by_code,
    prove_by_recovery_code,
)
from cpms_portal.identity.queries import device_address, new_secret, qr_code, spaced
from cpms_portal.identity.queries.keys import must_add_key, needs_key
from cpms_portal.identity.queries.mobiles import offers_sms
from cpms_portal.identity.schemas import code_schema, device_schema, recovery_schema
from cpms_portal.identity.views.landing import go_on
from cpms_portal.identity.views.sign_in import enter, half_signed_in, visitor
from cpms_portal.identity.views.trust import trust_browser
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import session_key

#: In the values of a half-open session: a second factor was shown, only a device is missing.
PROVEN = "second_factor_proven"


class SecondStep(FormView):
    """A page for somebody who showed a password; everybody else begins at the front door."""

    submit_label = _("Sign in")
    person: Person

    def __call__(self) -> Any:
        """Show the form or take it, from who may be here."""
        person = half_signed_in(self.request)
        if person is None:
            return go_on(self.request, "sign-in")
        self.person = person
        return self.redirect_first() or super().__call__()

    def redirect_first(self) -> Response | None:
        """Lead who has no device yet to setting one up."""
        return None if self.person.account.enrolled else go_on(self.request, "sign-in/device")

    def cancel_url(self) -> str | None:
        """Lead back to the front door."""
        return self.request.resource_path(self.request.root, "sign-in")

    def go_in(self) -> Response:
        """Open the session, unless a key must be set up first."""
        if must_add_key(self.person, self.request.registry):
            self.request.session_record.values[PROVEN] = True
            return go_on(self.request, "sign-in/first-key")
        return enter(self.request, self.person)

    def extra(self) -> dict[str, Any]:
        """Return which steps are offered."""
        return {
            "person": self.person,
            "sms": offers_sms(self.person, self.request.registry),
            "query": f"?{self.request.query_string}" if self.request.query_string else "",
        }


class SignInCode(SecondStep):
    """The code of an authenticator app."""

    title = _("Second step")

    def get_schema(self) -> Any:
        """Return what is asked; whether to trust the browser only where that is allowed."""
        days = setting(self.request.registry, "cpms.identity.trusted_days")
        return code_schema(0 if needs_key(self.person, self.request.registry) else days)

    def redirect_first(self) -> Response | None:
        """Lead who must use a key to it."""
        if self.person.account.keys and needs_key(self.person, self.request.registry):
            return go_on(self.request, "sign-in/key")
        return super().redirect_first()

    def save(self, values: dict[str, Any]) -> Response:
        """Take the code."""
        prove_by_code(self.person, values["code"], visitor(self.request))
        if values.get("trust"):
            trust_browser(self.request, self.person)
        return self.go_in()


class SignInRecovery(SecondStep):
    """A recovery code, for somebody without a phone at hand."""

    title = _("Use a recovery code")
    schema = staticmethod(recovery_schema)

    def save(self, values: dict[str, Any]) -> Response:
        """Take the code; who has no device left sets up a new one before going on."""
        prove_by_recovery_code(self.person, values["recovery_code"], visitor(self.request))
        account = self.person.account
        if not account.has_factor:
            self.request.session_record.values[PROVEN] = True
            return go_on(self.request, "sign-in/device")
        left = account.recovery_codes_left
        said = _("You have ${left} recovery codes left.", mapping={"left": left})
        self.request.tell(said, "attention" if left < 4 else "info")
        return self.go_in()


class DevicePage:
    """What the pages that set up a device show: the QR code and the secret to type."""

    request: Request
    person: Person

    def secret(self) -> str:
        """Return the secret offered; the same while the page is shown again."""
        number = len(self.person.account.devices)
        return new_secret(self.request.registry, session_key(self.request), number)

    def offered(self) -> dict[str, Any]:
        """Return the QR code and the secret."""
        secret = self.secret()
        address = device_address(secret, self.person, self.request.registry)
        return {"qr": qr_code(address), "secret": spaced(secret), "person": self.person}


class SignInDevice(DevicePage, SecondStep):
    """The first device, before anything else is shown."""

    title = _("Set up your second factor")
    submit_label = _("Confirm")
    schema = staticmethod(device_schema)

    def redirect_first(self) -> Response | None:
        """Ask for a factor first when a device was set up before."""
        if self.person.account.enrolled and not is_proven(self.request):
            return go_on(self.request, "sign-in/code")
        return None

    def appstruct(self) -> dict[str, Any]:
        """Propose a name."""
        return {"name": self.request.localizer.translate(_("My phone"))}

    def extra(self) -> dict[str, Any]:
        """Return the QR code and the secret."""
        return self.offered()

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the device and show the recovery codes, once."""
        actor = visitor(self.request)
        add_device(self.person, values["name"], values["code"], secret=self.secret(), actor=actor)
        self.request.session_record.values[PROVEN] = True
        codes = make_recovery_codes(self.person, actor)
        onward = go_on(self.request, "sign-in/recovery-codes").location
        return show_codes(self.request, codes, onward, "post")


def show_codes(request: Request, codes: list[str], onward: str, method: str) -> Response:
    """Show new recovery codes, the only time they are shown.

    onward: where the button leads. method: "post" when that is a step, "get" for a page.
    """
    title = _("Your recovery codes")
    values = {"codes": codes, "title": title, "onward": onward, "method": method}
    template = "cpms_portal.identity:templates/recovery_codes.pt"
    return render_to_response(template, values, request)


def is_proven(request: Request) -> bool:
    """Say whether a second factor was shown in this half-open session."""
    return bool(request.session_record.values.get(PROVEN))


def codes_kept(context: Any, request: Request) -> Response:
    """Let in who set up a device and keeps the recovery codes."""
    person = half_signed_in(request)
    if person is None or not is_proven(request) or not person.account.has_factor:
        return go_on(request, "sign-in")
    if must_add_key(person, request.registry):
        return go_on(request, "sign-in/first-key")
    return enter(request, person)


PAGES = (
    ("code", SignInCode, "sign_in_code"),
    ("recovery", SignInRecovery, "sign_in_recovery"),
    ("device", SignInDevice, "device"),
)


def includeme(config: Configurator) -> None:
    """Register the pages below /sign-in."""
    for name, page, template in PAGES:
        config.add_route(f"sign-in-{name}", f"/sign-in/{name}", traverse="/")
        config.add_view(
            page,
            route_name=f"sign-in-{name}",
            renderer=f"cpms_portal.identity:templates/{template}.pt",
            permission=NO_PERMISSION_REQUIRED,
        )
    config.add_route("sign-in-recovery-codes", "/sign-in/recovery-codes", traverse="/")
    config.add_view(
        codes_kept,
        route_name="sign-in-recovery-codes",
        request_method="POST",
        permission=NO_PERMISSION_REQUIRED,
    )
