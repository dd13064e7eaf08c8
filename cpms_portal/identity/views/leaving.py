"""Delete my account."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import CheckboxWidget
from cpms_portal.identity.actions.leaving import delete_account
from cpms_portal.identity.views.proof import require_fresh_proof
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import close_session


def _ticked(node: colander.SchemaNode, value: bool) -> None:
    if not value:
        raise colander.Invalid(node, _("Tick this box, or leave the account as it is."))


def leaving_schema() -> colander.Schema:
    """Return what is asked."""
    return colander.Schema(
        colander.SchemaNode(
            colander.Boolean(),
            name="sure",
            title=_("I know that this cannot be undone"),
            validator=_ticked,
            missing=False,
            widget=CheckboxWidget(),
        )
    )


class DeleteAccount(FormView):
    """The end of an account."""

    title = _("Delete my account")
    intro = _(
        "Your address, password, devices, profile and all your roles go at once. What you wrote "
        "about patients is part of their records: it stays, under your name. Hand your patients "
        "and panels over first, so that nobody waits for you."
    )
    submit_label = _("Delete my account")
    tone = "danger"
    schema = staticmethod(leaving_schema)

    def cancel_url(self) -> str | None:
        """Lead back to the account."""
        return self.request.resource_path(self.context, "account")

    def save(self, values: dict[str, Any]) -> Response:
        """Do it and sign out."""
        delete_account(self.request.root["people"], self.context, self.request.actor)
        close_session(self.request)
        self.request.tell(_("Your account is deleted."))
        return HTTPSeeOther(location=self.request.resource_path(self.request.root, "sign-in"))


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        DeleteAccount,
        name="delete-account",
        context=Person,
        permission=Permission.ACCOUNT_EDIT,
        decorator=require_fresh_proof,
    )
