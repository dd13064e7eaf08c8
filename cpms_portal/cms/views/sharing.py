"""*Share*: who may what here, where each right comes from, and giving one."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
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
from cpms_portal.forms.fields import Text
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import PickerWidget, RadioWidget, SelectWidget
from cpms_portal.layout.page import title_of
from cpms_portal.layout.refusals import ROLE_TITLES
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role


class ShareSchema(colander.MappingSchema):
    """Who is given which role."""

    person = colander.SchemaNode(
        Text(200),
        title=_("Person"),
        description=_("A name, or the e-mail address somebody signs in with."),
        missing="",
    )
    group = colander.SchemaNode(Text(200), title=_("Or a group"), missing="")
    role = colander.SchemaNode(
        Text(20), title=_("Role"), validator=colander.OneOf(sorted(LIBRARY_ROLES))
    )


ROLES = {
    Role.READER.value: (_("Reader"), _("sees it before it is published")),
    Role.EDITOR.value: (_("Editor"), _("writes, arranges, submits for review")),
    Role.REVIEWER.value: (_("Reviewer"), _("publishes, returns, gives rights")),
}


class Share(FormView):
    """Who may what here, and the form that gives a right."""

    title = _("Share")
    submit_label = _("Give")

    def get_schema(self) -> colander.SchemaNode:
        """Return the questions: who, and which role."""
        schema, people = ShareSchema(), self.request.root["people"]
        suggest = self.request.resource_path(people, "suggest")
        schema["person"].widget = PickerWidget(self._name_of, suggest=suggest)
        schema["group"].widget = SelectWidget(values=groups_for(self.context), empty=_("No group"))
        schema["role"].widget = RadioWidget(
            values=[(name, title, said) for name, (title, said) in ROLES.items()]
        )
        return schema

    def appstruct(self) -> dict[str, Any]:
        """Return the role that opens least."""
        return {"role": Role.READER.value}

    def cancel_url(self) -> None:
        """Offer no way back: the page is more than its form."""

    def extra(self) -> dict[str, Any]:
        """Return the rights there are."""
        return {
            "rights": rights_at(self.context, self.request.actor),
            "role_title": _role_title,
            "source_title": lambda source: title_of(source) or _("The portal"),
        }

    def save(self, values: dict[str, Any]) -> Response:
        """Give the right."""
        context, role, actor = self.context, values["role"], self.request.actor
        if bool(values["person"]) == bool(values["group"]):
            raise ValueRefusedError(_("Name a person or choose a group, one of them."), "person")
        if values["group"]:
            if values["group"] not in dict(groups_for(context)):
                raise ValueRefusedError(_("Choose one of the groups offered."), "group")
            share_with_group(context, values["group"], role, actor)
        else:
            share_with_person(context, self._person(values["person"]), role, actor)
        self.request.tell(_("Done."))
        return HTTPSeeOther(self.request.resource_path(context, "sharing"))

    def _person(self, sent: str) -> Person:
        people = self.request.root["people"]
        found = people.get(sent) or people.person_of_login(sent)
        if not isinstance(found, Person):
            raise ValueRefusedError(_("Nobody here has this address or name."), "person")
        return found

    def _name_of(self, sent: str) -> str | None:
        found = self.request.root["people"].get(sent)
        return str(found.title) if isinstance(found, Person) else None


def _role_title(role: str) -> Any:
    return ROLES[role][0] if role in ROLES else ROLE_TITLES[Role(role)]


def take_away(context: Any, request: Request) -> Response:
    """Take a right that was given here."""
    role, group = request.POST.get("role", ""), request.POST.get("group", "")
    person = request.root["people"].get(request.POST.get("person", ""))
    if role not in LIBRARY_ROLES or not (group or isinstance(person, Person)):
        raise HTTPNotFound()
    if group:
        unshare_group(context, group, role, request.actor)
    else:
        unshare_person(context, person, role, request.actor)
    request.tell(_("Done."))
    return HTTPSeeOther(request.resource_path(context, "sharing"))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for context in (Library, LibraryItem):
        shared = {"context": context, "name": "sharing", "permission": Permission.PAGE_SHARE}
        page = "cpms_portal.cms:templates/sharing.pt"
        post = {**shared, "request_method": "POST", "fresh_proof": True}
        config.add_view(Share, request_method="GET", renderer=page, **shared)
        config.add_view(Share, renderer=page, **post)
        config.add_view(take_away, request_param="act=take", **post)
