"""PANIC: delete all my devices, at once and without a further proof.

Who needs this may have lost the phone; who abuses a session gains nothing by it.
"""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import CheckboxWidget
from cpms_portal.identity.actions import delete_all_devices
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import close_session


def panic_schema() -> colander.Schema:
    """Return what is asked."""
    return colander.Schema(
        colander.SchemaNode(
            colander.Boolean(),
            name="keep_codes",
            title=_("My printed recovery codes are safe: keep them as my way back"),
            missing=False,
            widget=CheckboxWidget(),
        )
    )


class DeleteAllDevices(FormView):
    """The button for the worst day."""

    title = _("Delete all my devices")
    intro = _(
        "Everything ends at once: all sessions, this one too, all phones, keys and trusted "
        "browsers. Afterwards the helpdesk lets you in again when they have recognised you."
    )
    submit_label = _("Delete all my devices")
    tone = "danger"
    schema = staticmethod(panic_schema)

    def cancel_url(self) -> str | None:
        """Lead back to the account."""
        return self.request.resource_path(self.context, "account")

    def save(self, values: dict[str, Any]) -> Response:
        """Do it and sign out."""
        delete_all_devices(self.context, self.request.actor, keep_codes=values["keep_codes"])
        close_session(self.request)
        self.request.tell(_("All devices and sessions of your account are deleted."))
        return HTTPSeeOther(location=self.request.resource_path(self.request.root, "sign-in"))


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        DeleteAllDevices, name="panic", context=Person, permission=Permission.ACCOUNT_EDIT
    )
