"""People as site administrators see them: their accounts, never what they work on."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.core.requests import whole_number
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.core.settings import setting
from cpms_portal.forms.views import FormView
from cpms_portal.identity.actions import (
    disable,
    enable,
    end_everybodys_sessions,
    end_other_sessions,
    make_link,
)
from cpms_portal.identity.actions.resets import ask_reset, confirm_reset
from cpms_portal.identity.queries.resets import reset_asked, resets_waiting, somebody_can_agree
from cpms_portal.identity.resources import Account
from cpms_portal.identity.schemas import reason_schema
from cpms_portal.search.queries import find
from cpms_portal.security.attempts import locked_accounts, unlock
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import People, Person
from cpms_portal.security.sessions import session_key
from cpms_portal.workflow.queries import state_of, workflow_of

TEMPLATES = "cpms_portal.identity:templates/"
ALONE = _(
    "Two administrators reset a second factor, and nobody else could agree here. Name another "
    "administrator, or ask who runs the server: when they have recognised the person too, they "
    "run “./cpms account MAIL --reset-factors REASON”. It stands in the audit trail."
)


def people_page(context: People, request: Request) -> dict[str, Any]:
    """List people by state, and the accounts that have to wait."""
    chosen = request.GET.get("state", "")
    start = whole_number(request.GET.get("start", ""))
    found = find(
        request.actor,
        "person",
        within=context,
        where={"state": chosen} if chosen else {},
        sort="title",
        start=start,
    )
    locked = [resource_of(context, oid) for oid in locked_accounts(request.registry)]

    def address(first: int) -> str:
        return request.resource_path(context, query={"state": chosen, "start": first})

    return {
        "title": _("People"),
        "found": found,
        "locked": [person for person in locked if person is not None],
        "resets": resets_waiting(context, request.registry),
        "states": _states(found, request),
        "chosen": chosen,
        "state_of": lambda person: state_of(person, request.registry),
        "address": address,
    }


def _states(found: Any, request: Request) -> list[Any]:
    workflow = workflow_of(found.items[0], request.registry) if found.items else None
    return [] if workflow is None else list(workflow.states.values())


def administer_page(context: Person, request: Request) -> dict[str, Any]:
    """Show the account of one person."""
    return {
        "title": context.title,
        "account": context.account or Account(""),
        "state": state_of(context, request.registry),
        "asked": reset_asked(context, request.registry),
        "locked": oid_of(context) in locked_accounts(request.registry),
        "alone_text": ALONE,
        "alone": not somebody_can_agree(context, request.actor),
    }


class Administer(FormView):
    """A step an administrator takes with an account, with its reason."""

    schema = staticmethod(reason_schema)
    tone = "danger"
    done: Any = ""

    def cancel_url(self) -> str | None:
        """Lead back to the account."""
        return self.request.resource_path(self.context, "administer")

    def save(self, values: dict[str, Any]) -> Response:
        """Take the step."""
        self.take(values["reason"])
        self.request.tell(self.done)
        return HTTPSeeOther(location=self.cancel_url())

    def take(self, reason: str) -> None:
        """Take the step."""
        raise NotImplementedError


class ResetFactors(Administer):
    """Take devices and recovery codes away: one administrator asks, another agrees."""

    title = _("Reset the second factor")

    def __init__(self, context: Person, request: Request) -> None:
        super().__init__(context, request)
        self.asked = reset_asked(context, request.registry)

    @property
    def agrees(self) -> bool:
        """Whether somebody else has asked for it."""
        return self.asked is not None and self.asked.by != self.request.actor.oid

    @property
    def intro(self) -> Any:
        """Say what happens, or what the other has written."""
        if not self.agrees and not somebody_can_agree(self.context, self.request.actor):
            return ALONE
        if self.asked is None:
            return _(
                "All devices and recovery codes go, and all sessions end, when a second "
                "administrator has recognised the person too. Make sure who asks."
            )
        values = {"name": self.asked.name, "reason": self.asked.reason}
        return _("${name} asked for it: “${reason}” Recognise the person yourself.", mapping=values)

    @property
    def submit_label(self) -> Any:
        """Name the step."""
        return _("Agree and reset") if self.agrees else _("Ask for the reset")

    @property
    def done(self) -> Any:
        """Say what was done."""
        if self.agrees:
            return _("The second factor was reset. The next sign-in sets up a new device.")
        return _("A second administrator must agree, within three days.")

    def take(self, reason: str) -> None:
        """Ask, or agree."""
        step = confirm_reset if self.agrees else ask_reset
        step(self.context, reason, self.request.actor)


class Disable(Administer):
    """Close the account."""

    title = _("Close the account")
    intro = _("The person cannot sign in any more. What they wrote stays.")
    submit_label = _("Close the account")
    done = _("The account is closed.")

    def take(self, reason: str) -> None:
        """Close."""
        disable(self.context, reason, self.request.actor)


class Enable(Administer):
    """Open the account again."""

    title = _("Open the account again")
    submit_label = _("Open the account")
    tone = "primary"
    done = _("The account is open again.")

    def take(self, reason: str) -> None:
        """Open."""
        enable(self.context, reason, self.request.actor)


def unlock_now(context: Person, request: Request) -> Response:
    """Let a person try again at once."""
    unlock(request.registry, oid_of(context))
    request.tell(_("The person may try again at once."))
    return HTTPSeeOther(location=request.resource_path(context, "administer"))


def end_sessions_now(context: Person, request: Request) -> Response:
    """End all sessions of a person."""
    end_other_sessions(context, "", request.actor)
    request.tell(_("All sessions of this person were ended."))
    return HTTPSeeOther(location=request.resource_path(context, "administer"))


def sign_everybody_out(context: People, request: Request) -> Response:
    """End the sessions of everybody but the administrator who does it."""
    ended = end_everybodys_sessions(context, session_key(request), request.actor)
    request.tell(_("Ended: ${number} sessions.", mapping={"number": ended}))
    return HTTPSeeOther(location=request.resource_path(context))


def make_link_now(context: Person, request: Request) -> dict[str, Any]:
    """Make a link to set a password and show it, once."""
    token = make_link(context, request.actor)
    base = setting(request.registry, "cpms.url").rstrip("/")
    return {"title": _("Link to set a password"), "link": f"{base}/set-password/{token}"}


#: View, context, name, method and template of the pages besides the list.
STEPS: tuple[tuple[Any, type, str, str | None, str | None], ...] = (
    (administer_page, Person, "administer", "GET", "administer"),
    (ResetFactors, Person, "reset-factors", None, None),
    (Disable, Person, "disable", None, None),
    (Enable, Person, "enable", None, None),
    (unlock_now, Person, "unlock", "POST", None),
    (end_sessions_now, Person, "end-sessions", "POST", None),
    (sign_everybody_out, People, "end-sessions", "POST", None),
    (make_link_now, Person, "make-link", "POST", "password_link"),
)


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        people_page,
        context=People,
        request_method="GET",
        renderer=f"{TEMPLATES}people.pt",
        permission=Permission.PERSON_ADMINISTER,
    )
    for view, context, name, method, template in STEPS:
        config.add_view(
            view,
            name=name,
            context=context,
            request_method=method,
            renderer=template and f"{TEMPLATES}{template}.pt",
            permission=Permission.PERSON_ADMINISTER,
            fresh_proof=name != "administer",
        )
    config.add_tab(
        Person,
        "administer",
        _("Administer"),
        order=90,
        permission=Permission.PERSON_ADMINISTER,
        covers=("reset-factors", "disable", "enable", "make-link"),
    )
