"""Questions of the table of contents: one catalog query a page, however many items there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pyramid.registry import Registry

from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.lookup import begun
from cpms_portal.search.queries import Found, find
from cpms_portal.workflow.interfaces import State, Transition

#: Orders of the table.
CONTENTS = (
    ("position", _("As placed")),
    ("title", _("Title")),
    ("changed", _("Last change")),
    ("created", _("Made")),
)
SIZES = (50, 200, 1000)
MOST_DIGITS = 8


@dataclass(frozen=True)
class Asked:
    """What the table is asked for. down: the last one first. size: rows a page."""

    words: str = ""
    kind: str = ""
    state: str = ""
    tag: str = ""
    sort: str = "position"
    down: bool = False
    start: int = 0
    size: int = SIZES[0]

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """Return what an address asks for; what makes no sense is left out."""
        start, size = _number(given.get("start", "")), given.get("size", "")
        row = _number(given.get("row", ""))
        sort = given.get("sort", "")
        return cls(
            given.get("words", "")[:100].strip(),
            given.get("kind", "") if given.get("kind") in KINDS else "",
            given.get("state", "")[:20],
            given.get("tag", "")[:100],
            sort if sort in dict(CONTENTS) else "position",
            bool(given.get("down")),
            row - 1 if row else start,
            int(size) if size.isdecimal() and int(size[:8]) in SIZES else SIZES[0],
        )

    @property
    def is_as_placed(self) -> bool:
        """Whether everything is shown in the order of the folder, so that rows have numbers."""
        filtered = self.words or self.kind or self.state or self.tag
        return self.sort == "position" and not self.down and not filtered

    def page_of(self, row: int) -> Asked:
        """Return what to ask for to see a row (from 1)."""
        start = (row - 1) // self.size * self.size
        inside = self.start < row <= self.start + self.size
        return self if inside else replace(self, start=max(start, 0))

    def query(self) -> dict[str, Any]:
        """Return it as the query of an address, what is usual left out."""
        usual = asdict(Asked())
        changed = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return {**changed, "down": "1"} if self.down else changed


def _number(text: str) -> int:
    """Return a number of an address, 0 for whatever is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < MOST_DIGITS else 0


def contents_of(place: Any, actor: Actor, asked: Asked) -> Found:
    """Return a page of what stands right in a library or folder."""
    where: list[tuple[str, Any]] = [("in", oid_of(place))]
    where += [(name, value) for name in ("kind", "state", "tag") if (value := getattr(asked, name))]
    where += begun(place, "page", asked.words)
    return find(
        actor,
        "page",
        within=place,
        where=where,
        sort=asked.sort,
        descending=asked.down,
        start=asked.start,
        size=asked.size,
    )


def states_of(registry: Registry) -> list[State]:
    """Return the states an item can be in."""
    return list(registry.cpms_workflows["Page"].states.values())


def steps_of(registry: Registry) -> list[Transition]:
    """Return the steps an item can take."""
    return list(registry.cpms_workflows["Page"].transitions.values())


def positions_in(place: Any) -> list[tuple[float, int]]:
    """Return position and oid of everything right in a place, in order; no item is loaded."""
    catalog = catalog_of(place)
    facets, positions = catalog["facets"], catalog["position"]
    there = facets._fwd_index.get(f"page|in|{oid_of(place)}") or ()
    kept = positions._rev_index
    return sorted((kept[oid], oid) for oid in there if oid in kept)
