"""Mail to the owner of an account whenever somebody changed how it is entered."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.events import AccessEvent
from cpms_portal.core.i18n import _
from cpms_portal.identity.actions import HALF_WAY
from cpms_portal.outbox.actions import send_notice, send_notice_at_once

SUBJECT = _("Your CPMS account was changed")
NOTICES = {
    "account.password_changed": _("The password of your account was changed."),
    "account.device_added": _("A device was added to your account."),
    "account.device_removed": _("A device was removed from your account."),
    "account.key_added": _("A security key or passkey was added to your account."),
    "account.key_removed": _("A security key or passkey was removed from your account."),
    "account.browser_trusted": _("A browser was trusted: it asks for no code for some days."),
    "account.all_devices_deleted": _(
        "All devices, keys and sessions of your account were deleted. A recovery code that you "
        "kept, or the helpdesk, lets you in again."
    ),
    "account.mobile_added": _("A mobile number was added to your account."),
    "account.mobile_removed": _("A mobile number was removed from your account."),
    "account.identity_linked": _("Another sign-in was linked to your account."),
    "account.identity_unlinked": _("Another sign-in was unlinked from your account."),
    "account.recovery_codes_made": _("New recovery codes were made for your account."),
    "account.reset_asked": _(
        "A site administrator wants to remove the devices and recovery codes of your account; a "
        "second one must agree. If you did not ask for it, tell the helpdesk at once."
    ),
    "account.factors_reset": _(
        "The devices and recovery codes of your account were removed, after the administrators "
        "recognised you. If it was not you who asked, tell the helpdesk at once."
    ),
    "account.deleted": _(
        "Your account was deleted. What you wrote about patients stays, under your name."
    ),
    "sign_in.new_browser": _(
        "Somebody signed in to your account in a browser that was not used before. If it was not "
        "you, change the password and end all other sessions."
    ),
    "sign_in.recovery_code": _("Somebody signed in to your account with a recovery code."),
    "sign_in.after_failures": _(
        "Somebody signed in to your account after several tries had failed. If it was not you, "
        "change the password and end all other sessions."
    ),
    "sign_in.after_long": _(
        "Somebody signed in to your account for the first time in three months. If it was not "
        "you, change the password and end all other sessions."
    ),
    HALF_WAY: _(
        "Several tries to sign in to your account failed at the second step: whoever it was knows "
        "your password. If it was not you, change it at once."
    ),
}


def tell_owner(event: AccessEvent) -> None:
    """Send the owner a mail; it leaves when the change is stored, or at once when none is."""
    text = NOTICES.get(event.what)
    if text is not None:
        send = send_notice_at_once if event.what == HALF_WAY else send_notice
        send(event.actor.registry, event.resource, SUBJECT, text, "/account")


def includeme(config: Configurator) -> None:
    """Listen."""
    config.add_subscriber(tell_owner, AccessEvent)
