"""A country of a network, and a centre."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.events import Viewed, announce
from cpms_portal.core.i18n import _
from cpms_portal.dashboards.queries import recent_patients, running_panels
from cpms_portal.dashboards.views.my_work import panel_line, patient_line
from cpms_portal.networks.queries import country_of, network_of
from cpms_portal.networks.resources import Country, Institution
from cpms_portal.search.lookup import look_up
from cpms_portal.search.queries import BATCH, count, find
from cpms_portal.security.permissions import Permission

#: What the memberships of hospitals in a network are called.
MEMBERSHIPS = {
    "full_member": _("Full member"),
    "affiliated_partner": _("Affiliated partner"),
    "collaborative_partner": _("Collaborative partner"),
    "guest": _("Guest access"),
}
#: So many patients and panels are shown on the page of a centre.
RECENT = 5


def start_of(request: Request) -> int:
    """Return where a listing begins, 0 for anything that is no number."""
    asked = request.GET.get("start", "")
    return int(asked) if asked.isdecimal() and len(asked) < 9 else 0


def country_page(context: Country, request: Request) -> dict[str, Any]:
    """List the centres of a country, guest access first."""
    sought = request.GET.get("q", "").strip()[:100]
    actor, start = request.actor, start_of(request)
    if sought:
        found = look_up(actor, "institution", sought, within=context, size=BATCH)
    else:
        found = find(actor, "institution", within=context, sort="title", start=start)
    path = request.resource_path(context)
    return {
        "found": found,
        "sought": sought,
        "memberships": MEMBERSHIPS,
        "network": network_of(context),
        "address": lambda begin: f"{path}?{urlencode({'start': begin})}",
    }


def institution_page(context: Institution, request: Request) -> dict[str, Any]:
    """Show a centre: to its own people their work, to others who it is and how to reach it."""
    may = request.has_permission
    country, network = country_of(context), network_of(context)
    return {
        "title": context.display,
        "country": country,
        "network": network,
        "membership": MEMBERSHIPS.get(context.membership, context.membership),
        "may_enrol": may(Permission.PATIENT_ENROL, context),
        "own": _own_work(context, request) if may(Permission.PATIENT_LIST, context) else None,
        "members": _members(context, request),
    }


def _own_work(centre: Institution, request: Request) -> dict[str, Any]:
    actor = request.actor
    patients = recent_patients(actor, centre, size=RECENT)
    if patients:
        announce(request.registry, Viewed(centre, actor, "institution.patients"))
    return {
        "patients": [patient_line(patient, request) for patient in patients],
        "panels": [panel_line(one, request) for one in running_panels(actor, centre, size=RECENT)],
    }


def _members(centre: Institution, request: Request) -> int | None:
    """Return how many memberships are active, to those who may see them."""
    if not request.has_permission(Permission.MEMBERSHIP_VIEW, centre):
        return None
    return count(request.actor, "membership", within=centre, where={"state": "active"})


def includeme(config: Configurator) -> None:
    """Register the pages and the first tabs."""
    config.add_view(
        country_page,
        context=Country,
        permission=Permission.COUNTRY_VIEW,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/country.pt",
    )
    config.add_view(
        institution_page,
        context=Institution,
        permission=Permission.INSTITUTION_VIEW,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/institution.pt",
    )
    config.add_tab(Institution, "", _("Overview"), order=10, permission=Permission.INSTITUTION_VIEW)
