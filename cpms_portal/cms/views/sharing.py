"""*Share*: who may what here, where each right comes from, and giving one."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions.sharing import (
    share_with_group,
    share_with_person,
    unshare_group,
    unshare_person,
)
from cpms_portal.cms.queries.sharing import groups_for, rights_at
from cpms_portal.cms.resources import LIBRARY_ROLES, Library, LibraryItem
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.layout.page import title_of
from cpms_portal.layout.refusals import ROLE_TITLES
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role

ROLES = {
    Role.READER.value: (_("Reader"), _("sees it before it is published")),
    Role.EDITOR.value: (_("Editor"), _("writes, arranges, submits for review")),
    Role.REVIEWER.value: (_("Reviewer"), _("publishes, returns, gives rights")),
}


def sharing_page(context: Any, request: Request) -> dict[str, Any]:
    """Show who may what here."""
    return {
        "title": _("Share"),
        "rights": rights_at(context, request.actor),
        "roles": ROLES,
        "role_title": lambda role: ROLES[role][0] if role in ROLES else ROLE_TITLES.get(role, role),
        "source_title": lambda source: title_of(source) or _("The portal"),
        "groups": groups_for(context),
    }


def _person_of(request: Request) -> Person:
    sent = request.POST.get("person", "").strip()
    people = request.root["people"]
    found = people.get(sent) if sent else None
    if found is None and sent:
        found = people.person_of_login(sent)
    if not isinstance(found, Person):
        raise ValueRefusedError(_("Nobody here has this address or name."))
    return found


def share(context: Any, request: Request) -> Response:
    """Give or take a right."""
    role, group = request.POST.get("role", ""), request.POST.get("group", "")
    taken = request.POST.get("act") == "take"
    try:
        if role not in LIBRARY_ROLES:
            raise ValueRefusedError(_("Choose one of the roles offered."))
        if group:
            if not taken and group not in dict(groups_for(context)):
                raise ValueRefusedError(_("Choose one of the groups offered."))
            (unshare_group if taken else share_with_group)(context, group, role, request.actor)
        else:
            person = _person_of(request)
            (unshare_person if taken else share_with_person)(context, person, role, request.actor)
        request.tell(_("Done."))
    except ValueRefusedError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
    return HTTPSeeOther(request.resource_path(context, "sharing"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for context in (Library, LibraryItem):
        shared = {"context": context, "name": "sharing", "permission": Permission.PAGE_SHARE}
        config.add_view(
            sharing_page,
            request_method="GET",
            renderer="cpms_portal.cms:templates/sharing.pt",
            **shared,
        )
        config.add_view(share, request_method="POST", fresh_proof=True, **shared)
