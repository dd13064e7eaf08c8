"""Security keys and passkeys: added and removed in my account, shown at the front door."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.forms.form import Form
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions import make_recovery_codes
from cpms_portal.identity.actions.keys import (
    KeyAnswer,
    add_key,
    prove_by_key,
    remove_key,
    sign_in_by_passkey,
)
from cpms_portal.identity.queries.keys import (
    authentication_options,
    must_add_key,
    new_key_challenge,
    registration_options,
)
from cpms_portal.identity.schemas.keys import key_proof_schema, new_key_schema
from cpms_portal.identity.views.landing import AccountForm, go_on, to_account, wanted_path
from cpms_portal.identity.views.proof import go_back
from cpms_portal.identity.views.second_step import SecondStep, is_proven, show_codes
from cpms_portal.identity.views.sign_in import enter, visitor
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person

TEMPLATES = "cpms_portal.identity:templates/"


def answer_of(request: Request, values: dict[str, Any]) -> KeyAnswer:
    """Return what the browser sent of a key."""
    bound = get_csrf_token(request)
    return KeyAnswer(values.get("credential", ""), values.get("challenge", ""), bound)


class AsksKey(FormView):
    """A form that a key answers; each time it is shown it asks something new."""

    #: What the challenge is good for, and what the browser does: "create" or "get".
    purpose, verb = "sign_in", "get"
    submit_label = _("Use the key")
    schema = staticmethod(key_proof_schema)
    person: Person
    challenge = ""

    def page(self, form: Form) -> dict[str, Any]:
        """Show the form with a challenge of its own."""
        bound = get_csrf_token(self.request)
        self.challenge = new_key_challenge(self.request.registry, self.purpose, bound)
        form.cstruct = {**form.cstruct, "challenge": self.challenge, "credential": ""}
        options = self.options()
        return {**super().page(form), "options": options, "verb": self.verb}

    def options(self) -> str:
        """Return what the browser asks of a key."""
        registry, account = self.request.registry, self.person.account
        if self.verb == "create":
            return registration_options(registry, self.person, self.challenge)
        return authentication_options(registry, self.challenge, account.keys)

    def extra(self) -> dict[str, Any]:
        """Return no other way in."""
        return {"other": None, "other_title": ""}


class AddKey(AsksKey, AccountForm):
    """A further key."""

    title = _("Add a security key or passkey")
    intro = _("Plug the key in or choose a passkey of this device, when your browser asks.")
    submit_label = _("Add the key")
    purpose, verb = "add", "create"
    schema = staticmethod(new_key_schema)

    def __init__(self, context: Person, request: Request) -> None:
        super().__init__(context, request)
        self.person = context

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the key."""
        answer = answer_of(self.request, values)
        add_key(self.context, values["name"], answer, self.request.actor)
        self.request.tell(_("The key was added."))
        return self.back()


class SignInKey(AsksKey, SecondStep):
    """The second step by a key."""

    title = _("Second step")
    intro = _("That fits. Now use your security key or passkey.")

    def extra(self) -> dict[str, Any]:
        """Return the way without a key."""
        step = "code" if self.person.account.devices else "recovery"
        path = go_on(self.request, f"sign-in/{step}").location
        return {"other": path, "other_title": _("No key at hand? Use another way")}

    def save(self, values: dict[str, Any]) -> Response:
        """Take the answer of the key."""
        answer = answer_of(self.request, values)
        prove_by_key(self.person, answer, visitor(self.request))
        return enter(self.request, self.person)


class FirstKey(AsksKey, SecondStep):
    """The first key of somebody whose role needs one, before anything else is shown."""

    title = _("Add a security key or passkey")
    intro = _("Your role needs one: it cannot be tricked by a false page. Name it, then add it.")
    submit_label = _("Add the key")
    purpose, verb = "add", "create"
    schema = staticmethod(new_key_schema)

    def redirect_first(self) -> Response | None:
        """Ask for the other factor first, and for a key only of who needs one."""
        if is_proven(self.request) and must_add_key(self.person, self.request.registry):
            return None
        return go_on(self.request, "sign-in")

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the key and go in."""
        actor = visitor(self.request)
        add_key(self.person, values["name"], answer_of(self.request, values), actor)
        if self.person.account.recovery_codes_left:
            return enter(self.request, self.person)
        codes = make_recovery_codes(self.person, actor)
        onward = go_on(self.request, "sign-in/recovery-codes").location
        return show_codes(self.request, codes, onward, "post")


class ProveByKey(AsksKey):
    """A delicate page asks for a key again."""

    title = _("Is it still you?")
    intro = _("The next page needs a fresh proof. Afterwards you come back to where you were.")
    purpose = "step_up"

    def __init__(self, context: Portal, request: Request) -> None:
        super().__init__(context, request)
        self.person = request.person

    def extra(self) -> dict[str, Any]:
        """Return the way without a key."""
        query = {"next": wanted_path(self.request)}
        if not self.person.account.devices:
            query["recovery"] = "yes"
        path = self.request.resource_path(self.request.root, "prove", query=query)
        return {"other": path, "other_title": _("No key at hand? Use another way")}

    def save(self, values: dict[str, Any]) -> Response:
        """Take the answer of the key and go on."""
        answer = answer_of(self.request, values)
        prove_by_key(self.person, answer, self.request.actor, purpose="step_up")
        return go_back(self.request)


def enter_by_passkey(context: Portal, request: Request) -> Response:
    """Let in who shows a passkey; both factors in one."""
    try:
        answer = answer_of(request, dict(request.POST))
        person = sign_in_by_passkey(request.root["people"], answer, visitor(request))
    except ValueRefusedError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
        return go_on(request, "sign-in")
    return enter(request, person)


def remove_key_page(context: Person, request: Request) -> dict[str, Any]:
    """Ask whether a key should go."""
    keys = context.account.keys if context.account else ()
    wanted = request.GET.get("key", "")
    found = next((key for key in keys if key.key_id == wanted), None)
    if found is None:
        raise HTTPNotFound()
    return {"title": _("Remove a key"), "key": found}


def remove_key_now(context: Person, request: Request) -> Response:
    """Remove a key."""
    remove_key(context, request.POST.get("key", ""), request.actor)
    request.tell(_("The key was removed."))
    return to_account(context, request)


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for view, name, method, template in (
        (AddKey, "add-key", None, "key"),
        (remove_key_page, "remove-key", "GET", "remove_key"),
        (remove_key_now, "remove-key", "POST", None),
    ):
        config.add_view(
            view,
            name=name,
            context=Person,
            request_method=method,
            renderer=template and f"{TEMPLATES}{template}.pt",
            permission=Permission.ACCOUNT_EDIT,
            fresh_proof=True,
        )
    config.add_view(
        ProveByKey,
        name="prove-key",
        context=Portal,
        renderer=f"{TEMPLATES}key.pt",
        permission=Permission.PORTAL_ENTER,
    )
    for view, name in ((SignInKey, "key"), (FirstKey, "first-key")):
        config.add_route(f"sign-in-{name}", f"/sign-in/{name}", traverse="/")
        config.add_view(
            view,
            route_name=f"sign-in-{name}",
            renderer=f"{TEMPLATES}key.pt",
            permission=NO_PERMISSION_REQUIRED,
        )
    config.add_route("sign-in-passkey", "/sign-in/passkey", traverse="/")
    config.add_view(
        enter_by_passkey,
        route_name="sign-in-passkey",
        request_method="POST",
        permission=NO_PERMISSION_REQUIRED,
    )
