"""Devices and recovery codes of my account; each page needs a fresh proof."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.identity.actions import add_device, make_recovery_codes, remove_device
from cpms_portal.identity.schemas import device_schema
from cpms_portal.identity.views.landing import AccountForm, to_account
from cpms_portal.identity.views.second_step import DevicePage, show_codes
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person

TEMPLATES = "cpms_portal.identity:templates/"


class AddDevice(DevicePage, AccountForm):
    """A further device."""

    title = _("Add a device")
    submit_label = _("Confirm")
    schema = staticmethod(device_schema)

    def __init__(self, context: Person, request: Request) -> None:
        super().__init__(context, request)
        self.person = context

    def extra(self) -> dict[str, Any]:
        """Return the QR code and the secret."""
        return self.offered()

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the device."""
        add_device(
            self.context,
            values["name"],
            values["code"],
            secret=self.secret(),
            actor=self.request.actor,
        )
        self.request.tell(_("The device was added."))
        return self.back()


def remove_device_page(context: Person, request: Request) -> dict[str, Any]:
    """Ask whether a device should go."""
    device = context.account.device(request.GET.get("device", "")) if context.account else None
    if device is None:
        raise HTTPNotFound()
    return {"title": _("Remove a device"), "device": device}


def remove_device_now(context: Person, request: Request) -> Response:
    """Remove a device."""
    remove_device(context, request.POST.get("device", ""), request.actor)
    request.tell(_("The device was removed."))
    return to_account(context, request)


def recovery_codes_page(context: Person, request: Request) -> dict[str, Any]:
    """Ask whether new recovery codes should replace the old ones."""
    return {"title": _("New recovery codes"), "left": context.account.recovery_codes_left}


def new_recovery_codes(context: Person, request: Request) -> Response:
    """Make new recovery codes and show them, once."""
    codes = make_recovery_codes(context, request.actor)
    return show_codes(request, codes, request.resource_path(context, "account"), "get")


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for view, name, method, template in (
        (AddDevice, "add-device", None, "device"),
        (remove_device_page, "remove-device", "GET", "remove_device"),
        (remove_device_now, "remove-device", "POST", None),
        (recovery_codes_page, "recovery-codes", "GET", "new_recovery_codes"),
        (new_recovery_codes, "recovery-codes", "POST", None),
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
