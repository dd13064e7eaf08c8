"""Passwords: changing mine, and setting one by a link from a mail."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions import confirm_password, set_password
from cpms_portal.identity.queries import person_of_link
from cpms_portal.identity.queries.breached import breached
from cpms_portal.identity.schemas import change_password_schema, new_password_schema
from cpms_portal.identity.views.landing import AccountForm
from cpms_portal.identity.views.sign_in import visitor
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import session_key


def known_of(person: Person) -> list[str]:
    """Return what a password must not be made of."""
    return [person.title, person.mail, *person.mail.replace("@", " ").replace(".", " ").split()]


class ChangePassword(AccountForm):
    """A new password, after the present one."""

    title = _("Change password")
    intro = _("All other sessions end when the password changes.")
    submit_label = _("Change password")

    def get_schema(self) -> Any:
        """Return what is asked."""
        return change_password_schema(known_of(self.context), breached(self.request.registry))

    def save(self, values: dict[str, Any]) -> Response:
        """Change it."""
        if not confirm_password(self.context, values["old"], self.request.actor):
            said = _("This is not your present password, or there were too many attempts.")
            raise ValueRefusedError(said, "old")
        keep = session_key(self.request)
        set_password(self.context, values["new"], self.request.actor, keep=keep)
        self.request.tell(_("Your password was changed."))
        return self.back()


class SetPassword(FormView):
    """A password for who holds a link; the link works once."""

    title = _("Choose a password")
    submit_label = _("Keep this password")
    person: Person

    def __call__(self) -> Any:
        """Show the form or take it, while the link counts."""
        token = self.request.matchdict["token"]
        person = person_of_link(self.request.root["people"], token, self.request.registry)
        if person is None or person.is_disabled:
            raise HTTPNotFound()
        self.person = person
        return super().__call__()

    def get_schema(self) -> Any:
        """Return what is asked."""
        return new_password_schema(known_of(self.person), breached(self.request.registry))

    def cancel_url(self) -> str | None:
        """Offer no way back."""
        return None

    def save(self, values: dict[str, Any]) -> Response:
        """Set it, and lead to the front door."""
        set_password(self.person, values["new"], visitor(self.request))
        self.request.tell(_("Your password is set. Sign in with it now."))
        return HTTPSeeOther(location=self.request.resource_path(self.request.root, "sign-in"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        ChangePassword,
        name="password",
        context=Person,
        permission=Permission.ACCOUNT_EDIT,
        fresh_proof=True,
    )
    config.add_route("set-password", "/set-password/{token}", traverse="/")
    config.add_view(SetPassword, route_name="set-password", permission=NO_PERMISSION_REQUIRED)
