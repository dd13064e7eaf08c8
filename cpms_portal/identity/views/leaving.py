"""The two ends of my account: PANIC, which takes every way in, and deleting it for good.

PANIC works at once and without a further proof: who needs it may have lost the phone; who abuses
a session gains nothing by it.
"""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.forms.widgets import CheckboxWidget
from cpms_portal.identity.actions import delete_all_devices
from cpms_portal.identity.actions.leaving import delete_account
from cpms_portal.identity.views.landing import AccountForm
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import close_session


def _ticked(node: colander.SchemaNode, value: bool) -> None:
    if not value:
        raise colander.Invalid(node, _("Tick this box, or leave the account as it is."))


def _box(name: str, title: Any, validator: Any = None) -> colander.Schema:
    """Return a question that is answered by ticking it."""
    box = colander.SchemaNode(
        colander.Boolean(),
        name=name,
        title=title,
        validator=validator,
        missing=False,
        widget=CheckboxWidget(),
    )
    return colander.Schema(box)


class Farewell(AccountForm):
    """A last step on one's own account: it is done, and this browser is signed out."""

    tone = "danger"
    done: Any = ""

    def save(self, values: dict[str, Any]) -> Response:
        """Do it and sign out."""
        self.take(values)
        close_session(self.request)
        self.request.tell(self.done)
        return HTTPSeeOther(location=self.request.resource_path(self.request.root, "sign-in"))

    def take(self, values: dict[str, Any]) -> None:
        """Take the step."""
        raise NotImplementedError


class DeleteAllDevices(Farewell):
    """PANIC: the button for the worst day."""

    title = _("Delete all my devices")
    intro = _(
        "Everything ends at once: all sessions, this one too, all phones, keys and trusted "
        "browsers. Afterwards the helpdesk lets you in again when they have recognised you."
    )
    submit_label = _("Delete all my devices")
    done = _("All devices and sessions of your account are deleted.")

    def get_schema(self) -> colander.Schema:
        """Ask whether printed codes stay."""
        return _box("keep_codes", _("My printed recovery codes are safe: keep them as my way back"))

    def take(self, values: dict[str, Any]) -> None:
        """Delete them."""
        delete_all_devices(self.context, self.request.actor, keep_codes=values["keep_codes"])


class DeleteAccount(Farewell):
    """The end of an account."""

    title = _("Delete my account")
    intro = _(
        "Your address, password, devices, profile and all your roles go at once. What you wrote "
        "about patients is part of their records: it stays, under your name. Hand your patients "
        "and panels over first, so that nobody waits for you."
    )
    submit_label = _("Delete my account")
    done = _("Your account is deleted.")

    def get_schema(self) -> colander.Schema:
        """Ask for a sure yes."""
        return _box("sure", _("I know that this cannot be undone"), _ticked)

    def take(self, values: dict[str, Any]) -> None:
        """Delete it."""
        delete_account(self.request.root["people"], self.context, self.request.actor)


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for view, name in ((DeleteAllDevices, "panic"), (DeleteAccount, "delete-account")):
        config.add_view(
            view,
            name=name,
            context=Person,
            permission=Permission.ACCOUNT_EDIT,
            fresh_proof=view is DeleteAccount,
        )
