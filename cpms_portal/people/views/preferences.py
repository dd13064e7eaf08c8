"""Preferences of a network: work, thematic areas, availability; asked first of all, once in."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal
from cpms_portal.forms.views import FormView
from cpms_portal.identity.views.landing import wanted_path
from cpms_portal.networks.resources import Network
from cpms_portal.people.actions import choose_areas, update_profile
from cpms_portal.people.queries import (
    network_to_ask,
    network_without_areas,
    networks_with_areas,
    profile_of,
)
from cpms_portal.people.resources import AreaChoice
from cpms_portal.people.schemas import preferences_schema
from cpms_portal.people.views.first_sign_in import preferences_first
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person

#: What of the profile the preferences ask for too.
PROFILE = (
    "professional_role",
    "expertise",
    "languages",
    "availability",
    "away_from",
    "away_until",
)
NOTHING = _("You belong to no network yet, so there are no areas to choose.")


class Preferences(FormView):
    """What a person does and wishes to do in one network."""

    title = _("Preferences")
    submit_label = _("Save")
    network: Network

    def __call__(self) -> Any:
        """Show the areas of the network asked for, else of the first one."""
        networks = networks_with_areas(self.context, self.request.actor)
        asked = self.request.GET.get("network")
        found = [one for one in networks if asked in (None, one.__name__)]
        if not found and asked is not None:
            raise HTTPNotFound()
        if not found:
            return {"networks": [], "network": None, "nothing": NOTHING, "title": self.title}
        self.network = found[0]
        return super().__call__()

    def get_schema(self) -> Any:
        """Return the questions of the network."""
        return preferences_schema(self.network, self.request.locale_name)

    @property
    def choice(self) -> AreaChoice:
        """What is chosen now."""
        return profile_of(self.context).chosen(str(self.network.__name__))

    def appstruct(self) -> dict[str, Any]:
        """Show what is known and chosen."""
        chosen = {"specialist": set(self.choice.specialist), "wishes": set(self.choice.wishes)}
        answered = self.network.__name__ in profile_of(self.context).areas
        no_areas = answered and not self.choice.all
        return {**known_of(self.context), **chosen, "no_areas": no_areas}

    def extra(self) -> dict[str, Any]:
        """Return the networks to choose from, and whether an area is missing."""
        networks = networks_with_areas(self.context, self.request.actor)
        first = self.request.person is self.context and network_to_ask(
            self.context, self.request.actor
        )
        return {
            "networks": networks,
            "network": self.network,
            "chosen": self.choice.all,
            "first": bool(first),
        }

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the choice, in the order of the network."""
        order = [area.area_id for area in self.network.areas]
        choice = AreaChoice(
            tuple(area for area in order if area in values["specialist"]),
            tuple(area for area in order if area in values["wishes"]),
        )
        said = {name: values[name] for name in PROFILE}
        said["languages"] = tuple(sorted(values["languages"]))
        update_profile(self.context, said, self.request.actor)
        choose_areas(self.context, self.network, choice, self.request.actor)
        if choice.all:
            self.request.tell(_("Saved. Colleagues can find and invite you in these areas."))
        else:
            self.request.tell(_("Saved. Without an area nobody can invite you."), "attention")
        return HTTPSeeOther(location=self._onward())

    def _onward(self) -> str:
        """Return the next network to ask about, else the page that had to wait, else this one."""
        wanted = wanted_path(self.request)
        missing = preferences_first(self.request, self.context, wanted)
        if missing is not None or wanted != "/":
            return missing or wanted
        query = {"network": self.network.__name__}
        return str(self.request.resource_path(self.context, "preferences", query=query))


def known_of(person: Person) -> dict[str, Any]:
    """Return what a profile says, as forms show it; nothing for what is not known."""
    profile = profile_of(person)
    values: dict[str, Any] = {name: getattr(profile, name) for name in PROFILE}
    values["languages"] = set(profile.languages)
    return {name: value for name, value in values.items() if value}


def missing_areas(request: Request, person: Person) -> str | None:
    """Return the page where a clinician says what is missing; shown after sign-in."""
    return preferences_first(request, person, wanted_path(request))


def areas_notice(context: Portal | Network, request: Request) -> dict[str, Any]:
    """Remind a clinician without an area; in a network, lead everybody to their preferences."""
    own = request.person and context in networks_with_areas(request.person, request.actor)
    missing = request.person and network_without_areas(request.person, request.actor)
    if not missing or context not in (missing, request.root):
        return {"missing": False, "address": _address(context, request) if own else None}
    return {"missing": True, "address": _address(missing, request)}


def _address(network: Any, request: Request) -> str:
    query = {"network": network.__name__}
    return str(request.resource_path(request.person, "preferences", query=query))


def includeme(config: Configurator) -> None:
    """Register the page, the way to it after sign-in, and the reminder."""
    config.add_view(
        Preferences,
        name="preferences",
        context=Person,
        renderer="cpms_portal.people:templates/preferences.pt",
        permission=Permission.PROFILE_EDIT,
    )
    config.add_tab(
        Person, "preferences", _("Preferences"), order=20, permission=Permission.PROFILE_EDIT
    )
    config.add_landing(missing_areas)
    for context, place in ((Portal, "my-work-first"), (Network, "main")):
        config.add_view(
            areas_notice,
            name="areas-notice",
            context=context,
            request_method="GET",
            renderer="cpms_portal.people:templates/areas_notice.pt",
            permission=Permission.PORTAL_ENTER if context is Portal else Permission.NETWORK_VIEW,
        )
        config.add_section(context, "areas-notice", order=1, place=place)
