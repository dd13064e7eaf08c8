"""The page of a person, and the form of one's own profile."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView
from cpms_portal.layout.refusals import ROLE_TITLES
from cpms_portal.networks.queries import places_of
from cpms_portal.people.actions import update_profile
from cpms_portal.people.queries import networks_with_areas, profile_of
from cpms_portal.people.schemas import AVAILABILITY, language_name, profile_schema
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person


def person_page(context: Person, request: Request) -> dict[str, Any]:
    """Show who somebody is and what they know."""
    profile = profile_of(context)
    return {
        "title": context.title,
        "profile": profile,
        "places": places_of(context, request.actor),
        "networks": networks_with_areas(context, request.actor),
        "languages": [language_name(code, request.locale_name) for code in profile.languages],
        "away": profile.is_away(request.actor.now.date()),
        "takes": "" if profile.availability == "open" else AVAILABILITY[profile.availability],
        "role_title": lambda role: ROLE_TITLES.get(role, role),
        "mine": request.has_permission(Permission.PROFILE_EDIT, context),
    }


class EditProfile(FormView):
    """My own profile."""

    title = _("Edit profile")

    def get_schema(self) -> Any:
        """Return what is asked, with names in the reader's language."""
        return profile_schema(self.request.locale_name)

    def appstruct(self) -> dict[str, Any]:
        """Show what is known."""
        profile = profile_of(self.context)
        values = {
            "professional_role": profile.professional_role,
            "expertise": profile.expertise,
            "diagnoses": list(profile.diagnoses),
            "languages": set(profile.languages),
            "availability": profile.availability,
            "away_from": profile.away_from,
            "away_until": profile.away_until,
        }
        return {name: value for name, value in values.items() if value}

    def save(self, values: dict[str, Any]) -> Response:
        """Keep it."""
        values["languages"] = tuple(sorted(values["languages"]))
        values["diagnoses"] = tuple(values["diagnoses"])
        update_profile(self.context, values, self.request.actor)
        self.request.tell(_("Your profile was saved."))
        return HTTPSeeOther(location=self.request.resource_path(self.context))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        person_page,
        context=Person,
        request_method="GET",
        renderer="cpms_portal.people:templates/person.pt",
        permission=Permission.PERSON_VIEW,
    )
    config.add_view(
        EditProfile, name="edit-profile", context=Person, permission=Permission.PROFILE_EDIT
    )
    config.add_tab(
        Person,
        "",
        _("Profile"),
        order=10,
        permission=Permission.PERSON_VIEW,
        covers=("edit-profile",),
    )
