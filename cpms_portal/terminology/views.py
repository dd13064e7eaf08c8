"""Suggestions while one types, a page to search, a page of sources."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.security.permissions import Permission
from cpms_portal.terminology.queries import USUAL, loaded, suggest
from cpms_portal.terminology.resources import Terms
from cpms_portal.terminology.systems import SYSTEMS

MOST = 12
MOST_ON_PAGE = 25
LONGEST_QUESTION = 200


def _asked(request: Request) -> str:
    return str(request.GET.get("q", ""))[:LONGEST_QUESTION]


def _systems(request: Request) -> tuple[str, ...]:
    """Return the known systems that were asked for; the usual ones when none was."""
    chosen = tuple(name for name in request.GET.getall("system") if name in SYSTEMS)
    return chosen or USUAL


def suggestions(context: Terms, request: Request) -> Response:
    """Answer a picker with value, label and detail of each term."""
    found = suggest(request.registry, _asked(request), _systems(request), MOST)
    rows = [{"value": c.value, "label": c.display, "detail": c.detail} for c in found]
    response = Response(json_body=rows)
    response.cache_control = "private, no-store"
    return response


def terms_page(context: Terms, request: Request) -> dict[str, Any]:
    """Search terms in one code system, for reading a code off or looking one up."""
    asked = _asked(request)
    there = {line.system for line in loaded(request.registry)}
    system = request.GET.get("system", USUAL[0])
    chosen = system if system in there else USUAL[0]
    found = suggest(request.registry, asked, (chosen,), MOST_ON_PAGE) if asked else []
    systems = [each for each in SYSTEMS.values() if each.name in there]
    shown = SYSTEMS[chosen]
    return {
        "asked": asked,
        "systems": systems,
        "chosen": shown,
        "found": found,
        "most": MOST_ON_PAGE,
    }


def sources_page(context: Terms, request: Request) -> dict[str, Any]:
    """Show which code systems are loaded, in which versions, on what terms."""
    by_system: dict[str, list[Any]] = {}
    for line in loaded(request.registry):
        by_system.setdefault(line.system, []).append(line)
    return {
        "title": _("Sources and licences"),
        "there": [(SYSTEMS[name], lines) for name, lines in by_system.items() if name in SYSTEMS],
        "absent": [system for name, system in SYSTEMS.items() if name not in by_system],
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    folder = "cpms_portal.terminology:templates"
    shared = {
        "context": Terms,
        "permission": Permission.TERM_SEARCH,
        "request_method": "GET",
    }
    config.add_view(suggestions, name="suggest", **shared)
    config.add_view(terms_page, renderer=f"{folder}/terms.pt", **shared)
    config.add_view(sources_page, name="sources", renderer=f"{folder}/sources.pt", **shared)
