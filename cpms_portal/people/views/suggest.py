"""Experts for a picker: a few, by the beginnings of words."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.people.queries import Expert, find_experts
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import People

MOST = 12


def suggest_experts(context: People, request: Request) -> list[dict[str, str]]:
    """Answer ?q=&network=&area= with the experts that fit: value (id), label, detail."""
    slug, area = request.GET.get("network", ""), request.GET.get("area", "")
    network = request.root["networks"].get(slug) if slug else None
    if slug and network is None:
        return []
    found = find_experts(
        network,
        request.actor,
        areas=[area if "/" in area else f"{slug}/{area}"] if area else (),
        text=request.GET.get("q", "")[:100],
        size=MOST,
    )
    return [_suggestion(expert, request) for expert in found]


def _suggestion(expert: Expert, request: Request) -> dict[str, str]:
    profile = expert.person.profile
    parts = [expert.centre.display if expert.centre else "", profile.professional_role]
    if expert.away_until is not None:
        away = _("away until ${day}", mapping={"day": expert.away_until.isoformat()})
        parts.append(request.localizer.translate(away))
    return {
        "value": str(expert.person.__name__),
        "label": expert.person.title,
        "detail": " · ".join(part for part in parts if part),
    }


def includeme(config: Configurator) -> None:
    """Register the address."""
    config.add_view(
        suggest_experts,
        name="suggest",
        context=People,
        request_method="GET",
        renderer="json",
        permission=Permission.SEARCH_USE,
    )
