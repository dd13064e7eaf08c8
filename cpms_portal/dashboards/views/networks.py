"""All networks, and one network."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.dashboards.queries import (
    centres_in,
    figures_of,
    networks_at_work,
    places_at_work,
)
from cpms_portal.dashboards.views.europe import Land, map_of
from cpms_portal.networks.queries import networks_of
from cpms_portal.networks.resources import Institution, Network, Networks
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.queries import workflows


def centres_in_words(number: int) -> Any:
    """Return a number of centres in words."""
    if number == 1:
        return _("1 centre")
    return _("${number} centres", mapping={"number": number})


def networks_page(context: Networks, request: Request) -> dict[str, Any]:
    """Show all networks, the reader's own first; the map chooses a country."""
    networks = list(networks_of(context))
    own = networks_at_work(request.person, request.actor)
    mine = {oid_of(network) for network in own}
    countries = sorted(networks[0].countries(), key=lambda one: one.title) if networks else []
    slug = request.GET.get("country", "")
    chosen = next((one for one in countries if one.__name__ == slug), None)
    lands = [
        Land(
            one.code,
            one.title,
            request.resource_path(context, query={"country": one.__name__}),
            current=one is chosen,
        )
        for one in countries
    ]

    def address(network: Network) -> str:
        slug = "" if chosen is None else str(chosen.__name__)
        if slug not in network:
            return str(request.resource_path(network))
        return str(request.resource_path(network[slug]))

    return {
        "title": _("Networks"),
        "chosen": chosen,
        "lands": lands,
        "europe": map_of(lands),
        "own": [(network, address(network)) for network in own],
        "others": [
            (network, address(network)) for network in networks if oid_of(network) not in mine
        ],
        "everywhere": request.resource_path(context),
    }


def network_page(context: Network, request: Request) -> dict[str, Any]:
    """Show a network: its areas, its countries, and what the reader may do there."""
    countries = sorted(context.countries(), key=lambda country: country.title)
    lands = [
        Land(one.code, one.title, request.resource_path(one), centres_in(one)) for one in countries
    ]
    places = places_at_work(request.person, request.actor, Institution)
    return {
        "areas": [area for area in context.areas if not area.retired],
        "lands": lands,
        "in_words": centres_in_words,
        "europe": map_of(
            lands, lambda number: request.localizer.translate(centres_in_words(number))
        ),
        "own": [place.node for place in places if place.network is context],
        "library": context.get("library"),
        "centres": sum(land.number or 0 for land in lands),
        "figures": _figures(context, request),
    }


def _figures(network: Network, request: Request) -> dict[str, Any] | None:
    """Return the figures for those who may see them, with the words of the phases."""
    if not request.has_permission(Permission.KPI_VIEW, network):
        return None
    states = workflows(request.registry)["Panel"].states
    figures = figures_of(network, request.actor)
    phases = [(number, states[name].title) for name, number in figures.phases.items()]
    return {"members": figures.members, "phases": phases}


def includeme(config: Configurator) -> None:
    """Register the pages and the first tab of a network."""
    config.add_view(
        networks_page,
        context=Networks,
        permission=Permission.NETWORKS_VIEW,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/networks.pt",
    )
    config.add_view(
        network_page,
        context=Network,
        permission=Permission.NETWORK_VIEW,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/network.pt",
    )
    config.add_tab(Network, "", _("Overview"), order=10, permission=Permission.NETWORK_VIEW)
