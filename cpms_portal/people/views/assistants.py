"""Assistants: who assists me, whom I assist, who does at a centre, and for whom one acts now."""

from __future__ import annotations

import re
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of, resource_of
from cpms_portal.networks.queries import institution_of
from cpms_portal.networks.resources import Institution
from cpms_portal.people.actions.delegations import (
    appoint_assistant,
    ask_to_assist,
    confirm_assistant,
    end_delegation,
)
from cpms_portal.people.queries.delegations import (
    centres_with_role,
    delegations_at,
    delegations_with,
    people_with_role,
    shown,
)
from cpms_portal.people.resources import Delegation
from cpms_portal.security.delegation import act_for, choices
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role
from cpms_portal.workflow.queries import state_of

#: Object ids may be negative.
OID = re.compile(r"-?[0-9]{1,19}")
TEMPLATES = "cpms_portal.people:templates/"


def my_assistants(context: Person, request: Request) -> dict[str, Any]:
    """Show who assists this person and whom this person assists, and ask for more."""
    actor = request.actor
    mine = delegations_with(context, "clinician", actor)
    others = delegations_with(context, "assistant", actor)
    return {
        "title": _("Assistants"),
        "mine": list(shown(mine, actor)),
        "assisted": list(shown(others, actor)),
        "appoint": _offered(
            context, (Role.HP, Role.ASSISTANT), {one.assistant for one in mine}, request
        ),
        "ask": _offered(
            context, (Role.ASSISTANT, Role.HP), {one.clinician for one in others}, request
        ),
        "state": lambda one: state_of(one, request.registry),
        "path": request.resource_path(context),
    }


def _offered(
    person: Person, roles: tuple[Role, Role], known: set[int], request: Request
) -> list[dict[str, Any]]:
    """Return the centres where a person holds the first role, with who holds the second there."""
    own, other = roles
    found = []
    for centre in centres_with_role(person, own, request.actor):
        people = [
            one
            for one in people_with_role(centre, other, request.actor)
            if one is not person and oid_of(one) not in known
        ]
        found.append({"centre": centre, "people": people})
    return found


def appoint(context: Person, request: Request) -> Response:
    """Appoint somebody of the centre."""
    centre, person = _chosen(request)
    if centre is not None and person is not None:
        appoint_assistant(centre, person, context, request.actor)
        request.tell(_("${name} may act for you now.", mapping={"name": person.title}))
    return HTTPSeeOther(request.resource_path(context, "assistants"))


def ask(context: Person, request: Request) -> Response:
    """Ask a clinician to confirm."""
    centre, person = _chosen(request)
    if centre is not None and person is not None:
        ask_to_assist(centre, context, person, request.actor)
        request.tell(_("${name} was asked to confirm.", mapping={"name": person.title}))
    return HTTPSeeOther(request.resource_path(context, "assistants"))


def _chosen(request: Request) -> tuple[Institution | None, Person | None]:
    """Return centre and person of "OID OID"; who is no such pair is told to choose."""
    parts = request.POST.get("person", "").split(" ")
    numbers = [int(part) for part in parts if OID.fullmatch(part)]
    found = [resource_of(request.root, number) for number in numbers]
    match found:
        case [Institution() as centre, Person() as person]:
            return centre, person
    request.tell(_("Choose somebody first."), "danger")
    return None, None


def confirm(context: Delegation, request: Request) -> Response:
    """Confirm an assistant who asked."""
    confirm_assistant(context, request.actor)
    request.tell(_("${name} may act for you now.", mapping={"name": context.title}))
    return _back(context, request)


def end(context: Delegation, request: Request) -> Response:
    """End it, from now on."""
    end_delegation(context, request.actor)
    request.tell(_("Ended. From now on the assistant cannot act in this name."))
    return _back(context, request)


def _back(delegation: Delegation, request: Request) -> Response:
    own = request.actor.oid in (delegation.assistant, delegation.clinician)
    if own:
        return HTTPSeeOther(request.resource_path(request.person, "assistants"))
    return HTTPSeeOther(request.resource_path(institution_of(delegation), "assistants"))


def one_delegation(context: Delegation, request: Request) -> Response:
    """Lead from a notice to the page where it stands with everything else."""
    return _back(context, request)


def assistants_of_centre(context: Institution, request: Request) -> dict[str, Any]:
    """List who assists whom at a centre."""
    return {
        "title": _("Assistants"),
        "found": list(shown(delegations_at(context, request.actor), request.actor)),
        "state": lambda one: state_of(one, request.registry),
    }


def for_whom(context: Portal, request: Request) -> dict[str, Any]:
    """Ask for whom the reader acts now."""
    return {
        "title": _("For whom do you act?"),
        "choices": choices(request),
        "itself": request.actor.on_behalf_of is None,
    }


def choose(context: Portal, request: Request) -> Response:
    """Act for somebody, or for oneself, until another choice or the end of the session."""
    try:
        act_for(request, request.POST.get("for", ""))
    except ValueRefusedError as error:
        request.tell(error.message, "danger")
        return HTTPSeeOther(request.resource_path(context, "act-for"))
    return HTTPSeeOther(request.resource_path(context, "my-work"))


#: View, context, name, permission and template of the pages.
PAGES: tuple[tuple[Any, type, str, Permission, str], ...] = (
    (my_assistants, Person, "assistants", Permission.ACCOUNT_VIEW, "my_assistants.pt"),
    (assistants_of_centre, Institution, "assistants", Permission.DELEGATION_VIEW, "assistants.pt"),
    (for_whom, Portal, "act-for", Permission.PORTAL_ENTER, "act_for.pt"),
)
#: View, context, name and permission of what is sent.
STEPS: tuple[tuple[Any, type, str, Permission], ...] = (
    (appoint, Person, "appoint-assistant", Permission.ACCOUNT_EDIT),
    (ask, Person, "ask-to-assist", Permission.ACCOUNT_EDIT),
    (confirm, Delegation, "confirm", Permission.DELEGATION_CONFIRM),
    (end, Delegation, "end", Permission.DELEGATION_END),
    (choose, Portal, "act-for", Permission.PORTAL_ENTER),
)


def includeme(config: Configurator) -> None:
    """Register the pages and their tabs."""
    for view, context, name, permission, template in PAGES:
        config.add_view(
            view,
            context=context,
            name=name,
            permission=permission,
            request_method="GET",
            renderer=TEMPLATES + template,
        )
    for view, context, name, permission in STEPS:
        config.add_view(
            view,
            context=context,
            name=name,
            permission=permission,
            request_method="POST",
            fresh_proof=view in (appoint, confirm, end),
        )
    config.add_view(
        one_delegation,
        context=Delegation,
        permission=Permission.DELEGATION_VIEW,
        request_method="GET",
    )
    config.add_tab(
        Person, "assistants", _("Assistants"), order=17, permission=Permission.ACCOUNT_VIEW
    )
    config.add_tab(
        Institution, "assistants", _("Assistants"), order=65, permission=Permission.DELEGATION_VIEW
    )
