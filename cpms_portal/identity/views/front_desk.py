"""For visitors: create an account, and get a new password when it is forgotten."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.core.settings import setting
from cpms_portal.forms.form import Form
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions.front_desk import (
    ask_for_account,
    ask_for_password,
    make_wanted_account,
    prove_person,
)
from cpms_portal.identity.queries.breached import breached
from cpms_portal.identity.queries.front_desk import (
    BITS,
    challenge_counts,
    is_answered,
    new_challenge,
    question_of,
    wanted_of,
)
from cpms_portal.identity.resources import Wanted
from cpms_portal.identity.schemas import new_password_schema
from cpms_portal.identity.schemas.front_desk import (
    account_schema,
    forgotten_schema,
    person_fields,
)
from cpms_portal.identity.views.sign_in import visitor

TEMPLATE = "cpms_portal.identity:templates/front_desk.pt"


class AsksWhetherPerson(FormView):
    """A form for visitors; it takes a proof that a person sends it."""

    #: What the page says when the mail is on its way.
    sent: Any = ""

    def __init__(self, context: Any, request: Any) -> None:
        super().__init__(context, request)
        posted = request.POST.get("challenge", "")
        known = challenge_counts(request.registry, posted)
        self.challenge = posted if known else new_challenge(request.registry)
        self.question = question_of(request.registry, self.challenge)

    def get_schema(self) -> colander.Schema:
        """Return what is asked, with the question at the end."""
        schema: colander.Schema = self.schema()
        translate = self.request.localizer.translate
        mapping = {
            "kind": translate(self.question.kind),
            "words": ", ".join(translate(word) for word in self.question.words),
        }
        said = _("Type the word that names ${kind}: ${words}.", mapping=mapping)
        for node in person_fields(said):
            schema.add(node)
        return schema

    def page(self, form: Form) -> dict[str, Any]:
        """Show the form with the challenge that counts now."""
        form.cstruct = {**form.cstruct, "challenge": self.challenge, "number": ""}
        return super().page(form)

    def extra(self) -> dict[str, Any]:
        """Return what the page shows besides the form."""
        library = self.request.root.get("library")
        registry = self.request.registry
        return {
            "bits": BITS,
            "library": library and self.request.resource_path(library),
            "sent": self.sent if "sent" in self.request.GET else None,
            "kept_here": setting(registry, "cpms.mail.way") == "outbox",
        }

    def cancel_url(self) -> str | None:
        """Lead back to the front door."""
        return self.request.resource_path(self.request.root, "sign-in")

    def save(self, values: dict[str, Any]) -> Response:
        """Take the proof, then what is asked for; the answer is the same for every address."""
        translate = self.request.localizer.translate
        answered = is_answered(self.question, values["answer"], translate)
        actor = visitor(self.request)
        prove_person(self.context, values["challenge"], values["number"], answered, actor=actor)
        self.ask(values)
        query = {"sent": "yes"}
        path = self.request.resource_path(self.context, self.request.view_name, query=query)
        return HTTPSeeOther(location=path)

    def ask(self, values: dict[str, Any]) -> None:
        """Do what the form is for."""
        raise NotImplementedError


class CreateAccount(AsksWhetherPerson):
    """An account of one's own."""

    title = _("Create an account")
    intro = _("Then choose a password and set up your phone. Nothing clinical is asked here.")
    submit_label = _("Create account")
    sent = _("Look into your mailbox: the mail has a link to choose a password, for 24 hours.")
    schema = staticmethod(account_schema)

    def appstruct(self) -> dict[str, Any]:
        """Propose the language of the page."""
        return {"language": self.request.locale_name}

    def ask(self, values: dict[str, Any]) -> None:
        """Ask for an account."""
        ask_for_account(self.request.root["people"], values, visitor(self.request))


class ForgottenPassword(AsksWhetherPerson):
    """A link for a new password."""

    title = _("Forgotten password")
    intro = _("You get a link to choose a new one. The code from your phone is still needed.")
    submit_label = _("Send me a link")
    sent = _("Look into your mailbox: if there is an account, the mail has a link for 24 hours.")
    schema = staticmethod(forgotten_schema)

    def ask(self, values: dict[str, Any]) -> None:
        """Ask for a link."""
        people, language = self.request.root["people"], self.request.locale_name
        ask_for_password(people, values["mail"], language, visitor(self.request))


class MakeAccount(FormView):
    """The first password, for who holds the link; then the account is made."""

    title = _("Choose a password")
    submit_label = _("Keep this password")
    wanted: Wanted

    def __call__(self) -> Any:
        """Show the form or take it, while the link counts."""
        token = self.request.matchdict["token"]
        wanted = wanted_of(self.request.root, token, self.request.registry)
        if wanted is None:
            said = _("This link was used already, or it is too old. Here you can ask for another.")
            self.request.tell(said, "attention")
            path = self.request.resource_path(self.request.root, "create-account")
            return HTTPSeeOther(location=path)
        self.wanted = wanted
        return super().__call__()

    def get_schema(self) -> colander.Schema:
        """Return what is asked."""
        wanted = self.wanted
        mail = wanted.mail.replace("@", " ").replace(".", " ").split()
        known = [wanted.first_name, wanted.last_name, wanted.mail, *mail]
        return new_password_schema(known, breached(self.request.registry))

    def cancel_url(self) -> str | None:
        """Offer no way back."""
        return None

    def save(self, values: dict[str, Any]) -> Response:
        """Make the account and lead to the front door."""
        request = self.request
        token = request.matchdict["token"]
        make_wanted_account(request.root["people"], token, values["new"], visitor(request))
        request.tell(_("Your account is made. Sign in now and set up your phone."))
        return HTTPSeeOther(location=request.resource_path(request.root, "sign-in"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_assets("identity", "cpms_portal.identity:static")
    for view, name in (
        (CreateAccount, "create-account"),
        (ForgottenPassword, "forgotten-password"),
    ):
        config.add_view(
            view,
            name=name,
            context=Portal,
            renderer=TEMPLATE,
            permission=NO_PERMISSION_REQUIRED,
        )
    config.add_route("make-account", "/create-account/{token}", traverse="/")
    config.add_view(MakeAccount, route_name="make-account", permission=NO_PERMISSION_REQUIRED)
