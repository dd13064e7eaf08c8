"""My account: one page that shows how a person signs in, and a form for the language."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of
from cpms_portal.core.settings import setting
from cpms_portal.identity.actions import choose_language
from cpms_portal.identity.queries import HistoryLine, sign_in_history
from cpms_portal.identity.queries.identities import source_title
from cpms_portal.identity.resources import Account
from cpms_portal.identity.schemas import OWN_NAMES, details_schema
from cpms_portal.identity.views.landing import AccountForm, to_account
from cpms_portal.layout.views import not_found
from cpms_portal.outbox.gateways import sms_gateway
from cpms_portal.security.last_use import last_uses
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import freshly_proven, session_key, sessions_of

#: What the audit trail calls it → what the owner reads.
HISTORY = {
    "sign_in.done": _("Signed in"),
    "sign_in.password": _("Password accepted"),
    "sign_in.code": _("Code accepted"),
    "sign_in.recovery_code": _("Recovery code used"),
    "sign_in.refused": _("Sign-in refused"),
    "sign_out": _("Signed out"),
    "step_up.code": _("Code accepted for a delicate page"),
    "step_up.recovery_code": _("Recovery code used for a delicate page"),
    "step_up.refused": _("Code refused for a delicate page"),
    "account.password": _("Password accepted"),
    "account.refused": _("Password refused"),
    "account.password_changed": _("Password changed"),
    "account.device_added": _("Device added"),
    "account.device_removed": _("Device removed"),
    "sign_in.key": _("Security key or passkey accepted"),
    "sign_in.trusted": _("Code skipped in a trusted browser"),
    "step_up.key": _("Security key accepted for a delicate page"),
    "account.made": _("Account made"),
    "account.key_added": _("Security key or passkey added"),
    "account.key_removed": _("Security key or passkey removed"),
    "account.browser_trusted": _("Browser trusted"),
    "account.browser_forgotten": _("Browser no longer trusted"),
    "account.all_devices_deleted": _("All devices deleted"),
    "account.data_taken": _("Own data downloaded"),
    "account.recovery_codes_made": _("New recovery codes"),
    "account.session_ended": _("A session was ended"),
    "account.other_sessions_ended": _("All other sessions were ended"),
    "sign_in.phone_confirmed": _("Another device let in with the phone"),
    "sign_in.new_browser": _("First sign-in in a browser"),
    "sign_in.half_way": _("Told by mail: several tries failed at the second step"),
    "sign_in.after_failures": _("Signed in after several tries had failed"),
    "sign_in.after_long": _("Signed in after a long time"),
    "sign_in.sms": _("Code by text message accepted"),
    "step_up.sms": _("Code by text message accepted for a delicate page"),
    "account.sms_sent": _("Text message sent"),
    "account.mobile_added": _("Mobile number added"),
    "account.mobile_removed": _("Mobile number removed"),
    "sign_in.outside": _("Another sign-in accepted"),
    "step_up.outside": _("Another sign-in accepted for a delicate page"),
    "sign_out.outside": _("Signed out at the other place"),
    "account.identity_linked": _("Another sign-in linked"),
    "account.identity_unlinked": _("Another sign-in unlinked"),
    "account.language": _("Language changed"),
}
REFUSALS = frozenset({"sign_in.refused", "step_up.refused", "account.refused"})


#: The pages that belong to the tab.
BELOW = (
    "language",
    "password",
    "add-device",
    "remove-device",
    "recovery-codes",
    "add-key",
    "remove-key",
    "add-mobile",
    "confirm-mobile",
    "panic",
    "delete-account",
)


def words_of(line: HistoryLine) -> Any:
    """Return what a line of the history says."""
    return HISTORY.get(line.what, line.what)


#: What a browser says of itself → what its owner calls it; the first that fits counts.
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrom": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}


def device_words(user_agent: str) -> Any:
    """Return the browser and the system of a session in words."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), None)
    if browser and system:
        return _("${browser} on ${system}", mapping={"browser": browser, "system": system})
    return browser or system or _("Unknown browser")


def account_page(context: Person, request: Request) -> dict[str, Any]:
    """Show how a person signs in."""
    sessions = sessions_of(request, oid_of(context))
    return {
        "title": _("My account"),
        "last_uses": last_uses(request.registry).of([key for key, _record in sessions]),
        "timezone": context.timezone or setting(request.registry, "cpms.layout.timezone"),
        "account": context.account or Account(""),
        "language": OWN_NAMES.get(context.language, context.language),
        "sessions": sessions,
        "here": session_key(request),
        "device_words": device_words,
        "history": sign_in_history(context, request.registry),
        "sms_on": sms_gateway(request.registry) is not None,
        "words_of": words_of,
        "sources": [one.declared for one in request.registry.cpms_sources.values()],
        "source_title": partial(source_title, registry=request.registry),
        "refusals": REFUSALS,
        "fresh": freshly_proven(request),
    }


def to_my_account(context: Portal, request: Request) -> Response:
    """Lead to the account of whoever is signed in."""
    return to_account(request.person, request)


class Details(AccountForm):
    """The language of the portal, and the time zone of its times."""

    title = _("Language and time zone")
    schema = staticmethod(details_schema)

    def appstruct(self) -> dict[str, Any]:
        """Show the language of now."""
        zone = self.context.timezone or setting(self.request.registry, "cpms.layout.timezone")
        return {"language": self.context.language, "timezone": zone}

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the language."""
        actor = self.request.actor
        choose_language(self.context, values["language"], values["timezone"], actor)
        return self.back()


class RefusedPermission:
    """View predicate: the refused permission begins with one of these words."""

    def __init__(self, words: tuple[str, ...], config: Configurator) -> None:
        self.words = words

    def text(self) -> str:
        """Return what stands in listings of views."""
        return f"refused_permission = {self.words}"

    phash = text

    def __call__(self, context: Any, request: Request) -> bool:
        """Say whether such a permission was refused."""
        refused = getattr(getattr(request, "exception", None), "result", None)
        return str(getattr(refused, "permission", "")).startswith(self.words)


def includeme(config: Configurator) -> None:
    """Register the pages; other people's accounts are simply not there."""
    config.add_view_predicate("refused_permission", RefusedPermission)
    config.add_forbidden_view(
        not_found, refused_permission=("account:", "profile:", "person:administer")
    )
    config.add_forbidden_view(not_found, path_info=r"^/manage(/|$)")
    config.add_view(
        account_page,
        name="account",
        context=Person,
        request_method="GET",
        renderer="cpms_portal.identity:templates/account.pt",
        permission=Permission.ACCOUNT_VIEW,
    )
    config.add_view(Details, name="language", context=Person, permission=Permission.ACCOUNT_EDIT)
    for name in ("account", "my-account"):
        config.add_view(
            to_my_account,
            name=name,
            context=Portal,
            request_method="GET",
            permission=Permission.PORTAL_ENTER,
        )
    config.add_tab(
        Person,
        "account",
        _("My account"),
        order=30,
        permission=Permission.ACCOUNT_VIEW,
        covers=BELOW,
    )
