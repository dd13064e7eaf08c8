"""Search in the libraries: what is published, for everybody; each hit only for who may view it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlencode

from chameleon.utils import Markup
from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.items import opened_by
from cpms_portal.cms.resources import ConsentForm, Library
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.cms.views.languages import name_of_language, reading_languages
from cpms_portal.cms.views.words import may_be_kept, number_in, tag_title
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, path_of, resource_of
from cpms_portal.networks.queries import network_of
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.search.fulltext.highlights import Mark
from cpms_portal.search.fulltext.queries import Hit, Sought, seek, suggest
from cpms_portal.search.queries import Found
from cpms_portal.security.permissions import Permission

SHOWN, LONGEST, MOST_CHOICES = 10, 200, 12
#: The parts of an address that narrow a search, in the order they are shown.
NARROWING = ("kind", "network", "language", "tag")
TITLES = {
    "kind": _("Type"),
    "network": _("Network"),
    "language": _("Language"),
    "tag": _("About"),
}


@dataclass(frozen=True)
class Named:
    """How a kind of thing is called and drawn."""

    title: Any
    several: Any
    icon: str


NAMED = {
    **{one.name: Named(one.title, one.several, one.icon) for one in KINDS.values()},
    "consent_form": Named(_("Model consent form"), _("Model consent forms"), "document"),
}


class Line(NamedTuple):
    """A hit as the page shows it. language: of the text, where it is not the reader's."""

    title: Markup
    extract: Markup
    url: str
    kind: Any
    icon: str
    network: str
    language: str
    language_name: str


class Choice(NamedTuple):
    """A value of a facet: its words, how many hits have it, where it leads."""

    words: Any
    number: int
    url: str
    is_chosen: bool


def drawn(pieces: Iterable[Mark]) -> Markup:
    """Return pieces of text as HTML, the words sought marked."""
    return Markup(
        "".join(
            f"<mark>{escape(piece.text)}</mark>" if piece.sought else escape(piece.text)
            for piece in pieces
        )
    )


class Searching:
    """One search: what the address says, and what is found."""

    def __init__(self, context: Library, request: Request) -> None:
        self.context = context
        self.request = request
        self.sought = request.GET.get("q", "").strip()[:LONGEST]
        self.languages = reading_languages(request)
        self.chosen = {name: request.GET.get(name, "")[:80] for name in NARROWING}
        network = network_of(context)
        if network is not None:
            self.chosen["network"] = str(network.__name__)
        self.path = str(request.resource_path(context, "search"))
        self.start = number_in(request.GET.get("start", ""))
        self._acronyms: dict[int, str] = {}

    def page(self) -> dict[str, Any]:
        """Show what was found, with what it can be narrowed by."""
        may_be_kept(self.request)
        found = self._found()
        facets = [(name, TITLES[name], self._choices(name, found)) for name in NARROWING]
        return {
            "title": _("Search the library"),
            "sought": self.sought,
            "chosen": {name: value for name, value in self.chosen.items() if value},
            "path": self.path,
            "suggest": self.request.resource_path(self.context, "suggest"),
            "lines": [line for hit in found.hits if (line := self._line(hit)) is not None],
            "found": Found(found.total, list(found.hits), found.start, found.size),
            "facets": facets,
            "any_facet": any(choices for *_named, choices in facets),
            "narrowed": [one for *_named, choices in facets for one in choices if one.is_chosen],
            "address": lambda start: self._address(start=str(start)),
        }

    def _found(self) -> Sought:
        narrowed = {name: value for name, value in self.chosen.items() if value}
        if "network" in narrowed:
            network = self.request.root["networks"].get(narrowed["network"])
            narrowed["network"] = 0 if network is None else oid_of(network)
        return seek(
            self.request.actor,
            self.sought,
            narrowed=narrowed,
            languages=self.languages,
            start=self.start,
            size=SHOWN,
        )

    def _line(self, hit: Hit) -> Line | None:
        item = resource_of(self.context, hit.oid)
        if item is None or not self.request.has_permission(opened_by(item), item):
            return None
        own = hit.language == self.languages[0]
        query = {} if own or isinstance(item, ConsentForm) else {"language": hit.language}
        kind = NAMED.get(hit.kind)
        return Line(
            drawn(hit.title),
            drawn(hit.extract),
            self.request.resource_path(item, query=query, anchor=hit.anchor or None),
            kind.title if kind else "",
            kind.icon if kind else "document",
            self._network(hit.network),
            "" if own else hit.language,
            "" if own else name_of_language(hit.language),
        )

    def _network(self, oid: int) -> str:
        if oid not in self._acronyms:
            found = resource_of(self.context, oid) if oid else None
            self._acronyms[oid] = "" if found is None else str(found.acronym)
        return self._acronyms[oid]

    def _choices(self, name: str, found: Sought) -> list[Choice]:
        if network_of(self.context) is not None and name == "network":
            return []
        every, chosen = found.facets.get(name, ()), self.chosen[name]
        values = list(every[:MOST_CHOICES])
        if chosen:  # it is taken back where it stands, however few have it
            rest = every[MOST_CHOICES:]
            values += [one for one in rest if self._named(name, one[0])[0] == chosen]
        lines = [
            Choice(words, number, self._address(**{name: value}), value == chosen)
            for one, number in values
            for value, words in [self._named(name, one)]
            if value
        ]
        return lines if chosen or len(lines) > 1 else []

    def _named(self, name: str, value: Any) -> tuple[str, Any]:
        """Return how the address and the page name a value of a facet."""
        if name == "kind":
            return value, NAMED[value].several if value in NAMED else value
        if name == "language":
            return value, name_of_language(value)
        if name == "tag":
            return value, tag_title(value)
        if not value:
            return "portal", _("The portal")
        path = path_of(self.context, value)
        return ("" if path is None else str(path[-1])), self._network(value)

    def _address(self, **changed: str) -> str:
        """Return the address of this search with another choice; a choice made is taken back."""
        kept = {"q": self.sought, **self.chosen}
        for name, value in changed.items():
            kept[name] = "" if kept.get(name) == value else value
        query = {name: value for name, value in kept.items() if value}
        return f"{self.path}?{urlencode(query)}" if query else self.path


def search_page(context: Library, request: Request) -> dict[str, Any]:
    """Show what is found in the libraries."""
    return Searching(context, request).page()


def stamp_of_index(request: Request) -> tuple[int, int]:
    """Return what is another after every change of the index a search reads."""
    return store_of(request.registry).writes()


def suggest_titles(context: Library, request: Request) -> list[dict[str, str]]:
    """Answer with titles that have words beginning as typed, with type and address."""
    typed = request.GET.get("q", "")[:LONGEST]
    network = network_of(context)
    hits = suggest(
        request.actor,
        typed,
        languages=reading_languages(request),
        network=None if network is None else oid_of(network),
    )
    items = [(hit, resource_of(context, hit.oid)) for hit in hits]
    say = request.localizer.translate
    return [
        {
            "title": "".join(piece.text for piece in hit.title),
            "url": request.resource_path(item, anchor=hit.anchor or None),
            "kind": say(NAMED[hit.kind].title) if hit.kind in NAMED else "",
        }
        for hit, item in items
        if item is not None and request.has_permission(opened_by(item), item)
    ]


def includeme(config: Configurator) -> None:
    """Register the pages."""
    shared = {
        "context": Library,
        "permission": Permission.LIBRARY_VIEW,
        "request_method": "GET",
    }
    config.add_view(
        search_page,
        name="search",
        renderer="cpms_portal.reading:templates/search.pt",
        kept=stamp_of_index,
        **shared,
    )
    config.add_view(suggest_titles, name="suggest", renderer="json", **shared)
