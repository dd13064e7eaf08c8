"""Search in the libraries: what is published, for everybody; each hit only for who may view it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlencode

from chameleon.utils import Markup
from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.items import opened_by
from cpms_portal.cms.resources import Library, LibraryItem
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.cms.schemas.languages import name_of_language
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.cms.views.words import may_be_kept, number_in, tag_title
from cpms_portal.core.i18n import _
from cpms_portal.core.objectmap import PathTuple
from cpms_portal.core.resources import oid_of, paths_of, resource_of
from cpms_portal.networks.queries import network_of
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.search.fulltext.highlights import Mark
from cpms_portal.search.fulltext.queries import Hit, Sought, seek, suggest
from cpms_portal.search.queries import Found, viewable
from cpms_portal.security.permissions import Permission

SHOWN, LONGEST, MOST_CHOICES = 10, 200, 12
CONSENT_FORM = "consent_form"
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
    CONSENT_FORM: Named(_("Model consent form"), _("Model consent forms"), "document"),
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
        self._networks: dict[int, tuple[str, str]] = {}

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
            "lines": list(self._lines(found.hits)),
            "found": Found(found.total, list(found.hits), found.start, found.size),
            "facets": facets,
            "any_facet": any(choices for *_named, choices in facets),
            "narrowed": [one for *_named, choices in facets for one in choices if one.is_chosen],
            "address": lambda start: self._addresses("start")(str(start)),
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

    def _lines(self, hits: Iterable[Hit]) -> Iterator[Line]:
        """Yield what may be viewed now: who may is asked as every listing asks, of the catalog."""
        hits, request = list(hits), self.request
        oids = [hit.oid for hit in hits if hit.kind != CONSENT_FORM]
        seen = viewable(request.actor, LibraryItem.noun, oids, request.root)
        seen |= {hit.oid for hit in hits if hit.kind == CONSENT_FORM and self._opens(hit.oid)}
        paths = paths_of(request.root, seen)
        return (self._line(hit, paths[hit.oid]) for hit in hits if hit.oid in paths)

    def _opens(self, oid: int) -> bool:
        form = resource_of(self.context, oid)
        return form is not None and bool(self.request.has_permission(opened_by(form), form))

    def _line(self, hit: Hit, path: PathTuple) -> Line:
        own = hit.language == self.languages[0]
        query = {} if own or hit.kind == CONSENT_FORM else {"language": hit.language}
        kind = NAMED.get(hit.kind)
        return Line(
            drawn(hit.title),
            drawn(hit.extract),
            self.request.path_to(path, query, hit.anchor),
            kind.title if kind else "",
            kind.icon if kind else "document",
            self._network(hit.network)[1],
            "" if own else hit.language,
            "" if own else name_of_language(hit.language),
        )

    def _network(self, oid: int) -> tuple[str, str]:
        """Return the name and the acronym of a network, both empty for none."""
        if oid not in self._networks:
            found = resource_of(self.context, oid) if oid else None
            named = ("", "") if found is None else (str(found.__name__), str(found.acronym))
            self._networks[oid] = named
        return self._networks[oid]

    def _choices(self, name: str, found: Sought) -> list[Choice]:
        if network_of(self.context) is not None and name == "network":
            return []
        every, chosen = found.facets.get(name, ()), self.chosen[name]
        values = list(every[:MOST_CHOICES])
        if chosen:  # it is taken back where it stands, however few have it
            rest = every[MOST_CHOICES:]
            values += [one for one in rest if self._named(name, one[0])[0] == chosen]
        address = self._addresses(name)
        lines = [
            Choice(words, number, address(value), value == chosen)
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
        return self._network(value)

    def _addresses(self, name: str) -> Callable[[str], str]:
        """Return what gives the address of this search with another value of one of its parts.

        A choice that was made already is taken back.
        """
        kept = {"q": self.sought, **self.chosen, name: ""}
        chosen, names = self.chosen.get(name), list(kept)
        at = names.index(name)
        before, after = (
            urlencode([(one, kept[one]) for one in part if kept[one]])
            for part in (names[:at], names[at:])
        )

        def address(value: str) -> str:
            own = urlencode({name: value}) if value and value != chosen else ""
            query = "&".join(filter(None, (before, own, after)))
            return f"{self.path}?{query}" if query else self.path

        return address


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
