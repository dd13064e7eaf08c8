"""Search: one box for everything the reader may see, by the beginnings of words.

What is typed is posted: a nickname or a diagnosis must not stand in an address. An address with
``?q=`` looks up centres, networks, people and pages only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.items import opened_by
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of, resource_of
from cpms_portal.dashboards.queries import places_at_work
from cpms_portal.dashboards.views.my_work import panel_line
from cpms_portal.networks.queries import institution_of, network_of
from cpms_portal.networks.resources import Institution
from cpms_portal.panels.resources import RUNNING
from cpms_portal.search.fulltext.queries import seek
from cpms_portal.search.lookup import look_up
from cpms_portal.search.queries import find
from cpms_portal.security.permissions import Permission
from cpms_portal.terminology.queries import suggest
from cpms_portal.workflow.queries import state_of

SHOWN = 8
#: A hospital is one node in each of its networks; so many nodes are looked at.
MOST_NODES = 120
#: A text shorter than this finds too much to be of use.
SHORTEST, LONGEST = 2, 100


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: Any
    url: str
    about: tuple[Any, ...] = ()
    state: Any = None
    also: tuple[tuple[Any, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """Things of one kind. more: whether there are others the words would have to be longer for."""

    title: Any
    icon: str
    hits: list[Hit]
    more: bool = False


def _network(one: Any, request: Request) -> Hit:
    return Hit(one.display, request.resource_path(one), (one.title,))


def _person(one: Any, request: Request) -> Hit:
    return Hit(one.title, request.resource_path(one))


def _library(sought: str, request: Request) -> Group:
    """Return what the libraries say about it; all of that is one step away."""
    languages = reading_languages(request)
    found = seek(request.actor, sought, languages=languages, size=SHOWN)
    items = [(one, resource_of(request.root, one.oid)) for one in found.hits]
    hits = [
        Hit("".join(piece.text for piece in one.title), _address(one, item, request))
        for one, item in items
        if item is not None and request.has_permission(opened_by(item), item)
    ]
    return Group(_("Library"), "book", hits, found.total > len(found.hits))


def _address(hit: Any, item: Any, request: Request) -> str:
    return str(request.resource_path(item, anchor=hit.anchor or None))


def _patient(one: Any, request: Request) -> Hit:
    centre = institution_of(one)
    state = state_of(one, request.registry)
    return Hit(one.nickname, request.resource_path(one), (centre.display if centre else "",), state)


def _panel(one: Any, request: Request) -> Hit:
    line = panel_line(one, request)
    return Hit(line.title, line.url, line.about, line.state)


Draw = Callable[[Any, Request], Hit]
KINDS: tuple[tuple[str, Any, str, Draw], ...] = (
    ("network", _("Networks"), "network", _network),
    ("person", _("People"), "people", _person),
)


def search_page(context: Portal, request: Request) -> dict[str, Any]:
    """Show what was found, by kind."""
    sought = request.params.get("q", "").strip()[:LONGEST]
    enough = len(sought) >= SHORTEST
    return {
        "title": _("Search"),
        "sought": sought,
        "too_short": bool(sought) and not enough,
        "groups": [group for group in _groups(sought, request) if group.hits] if enough else [],
    }


def _groups(sought: str, request: Request) -> list[Group]:
    groups = _clinical(sought, request) if request.method == "POST" else []
    groups.append(_centres(sought, request))
    for noun, title, icon, draw in KINDS:
        found = look_up(request.actor, noun, sought, within=request.root, size=SHOWN)
        hits = [draw(one, request) for one in found]
        groups.append(Group(title, icon, hits, found.total > len(found)))
    groups.append(_library(sought, request))
    return groups


def _clinical(sought: str, request: Request) -> list[Group]:
    """Return patients by nickname, their panels, and patients by coded diagnosis or sign."""
    found = look_up(request.actor, "patient", sought, within=request.root, size=SHOWN)
    hits = [_patient(one, request) for one in found]
    return [
        Group(_("Patients"), "person", hits, found.total > len(found)),
        _panels_of(found.items, request),
        _by_diagnosis(sought, request),
    ]


def _centres(sought: str, request: Request) -> Group:
    """Return the hospitals found, each once, with a link for each of its networks."""
    found = look_up(request.actor, "institution", sought, within=request.root, size=MOST_NODES)
    own = {
        oid_of(place.node) for place in places_at_work(request.person, request.actor, Institution)
    }
    hospitals: dict[str, list[Any]] = {}
    for node in found:
        place = node.__parent__.__name__ if node.is_guest_access else ""
        hospitals.setdefault(f"{node.code} {place}", []).append(node)
    hits = [_hospital(nodes, own, request) for nodes in hospitals.values()]
    more = len(hits) > SHOWN or found.total > len(found)
    return Group(_("Centres"), "hospital", hits[:SHOWN], more)


def _hospital(nodes: list[Any], own: set[int], request: Request) -> Hit:
    first = next((node for node in nodes if oid_of(node) in own), nodes[0])
    also = tuple(
        (network.acronym, request.resource_path(node))
        for node in nodes
        if (network := network_of(node)) is not None
    )
    place = first.city or first.__parent__.title
    return Hit(first.display, request.resource_path(first), (place,), also=also)


def _panels_of(patients: list[Any], request: Request) -> Group:
    """Return the running panels of the patients found."""
    panels = [
        panel
        for patient in patients
        if patient.open_panels
        for panel in find(
            request.actor, "panel", within=patient, where={"state": RUNNING}, sort="changed"
        )
    ]
    return Group(_("Panels"), "chat", [_panel(panel, request) for panel in panels[:SHOWN]])


def _by_diagnosis(sought: str, request: Request) -> Group:
    """Return the patients with a coded diagnosis or sign of that name."""
    codings = suggest(request.registry, sought, systems=("ORPHA", "HPO"), limit=5)
    hits = []
    if codings:
        codes = [f"{coding.system}:{coding.code}" for coding in codings]
        found = find(
            request.actor,
            "patient",
            within=request.root,
            where={"code": codes},
            sort="changed",
            descending=True,
            size=SHOWN,
        )
        hits = [_patient(one, request) for one in found]
    return Group(_("Patients with this diagnosis or sign"), "lab", hits)


def includeme(config: Configurator) -> None:
    """Register the page."""
    config.add_view(
        search_page,
        context=Portal,
        name="search",
        permission=Permission.SEARCH_USE,
        request_method=("GET", "POST"),
        renderer="cpms_portal.dashboards:templates/search.pt",
        audited=True,
    )
