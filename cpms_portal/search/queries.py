"""Questions to the catalog: always filtered by who asks, sorted, one batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from BTrees import family64
from substanced.util import find_objectmap

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.hidden import hidden_now
from cpms_portal.search.matching import MANY, Where, matches, parts_of, viewed_by

BATCH = 25
LAST = "\uffff"


@dataclass(frozen=True)
class Found:
    """One batch of an answer: how many there are in all, and the resources of this batch."""

    total: int
    items: list[Any]
    start: int = 0
    size: int = BATCH

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def find(  # noqa: PLR0913 - one question, each part of it named at the call
    actor: Actor,
    noun: str,
    *,
    within: Any,
    where: Where | None = None,
    sort: str = "created",
    descending: bool = False,
    start: int = 0,
    size: int = BATCH,
    without: Iterable[int] = (),
) -> Found:
    """Return a batch of the resources of a noun that the actor may view below a node.

    within: the node, or the root for everywhere. where: facet → value or values.
    sort: title, created, changed, due, position or begins; resources without it are left out.
    without: oids left out.
    """
    oids = _shown(actor, noun, within, where or {})
    left_out = frozenset(without)
    if left_out:
        oids = family64.IF.Set([oid for oid in oids if oid not in left_out])
    total = len(oids)
    if total == 0:
        return Found(0, [], start, size)
    index = _sorted_by(within, sort)
    # Above so many matches the order of changes is read where it is kept, not made by sorting.
    if sort == "changed" and descending and total > MANY and not isinstance(actor, SystemActor):
        first = index.newest(viewed_by(actor, noun), oids.__contains__, start + size)
    else:
        first = index.sort(oids, reverse=descending, limit=start + size, raise_unsortable=False)
    return Found(total, _objects(within, list(first)[start : start + size]), start, size)


def newest(
    actor: Actor, noun: str, *, within: Any, where: Where | None = None, size: int = BATCH
) -> list[Any]:
    """Return the resources that changed last, as ``find`` would, without counting the others.

    However many there are, only as many are looked at as it takes to find so many.
    """
    if isinstance(actor, SystemActor):
        return find(
            actor, noun, within=within, where=where, sort="changed", descending=True, size=size
        ).items
    parts = parts_of(actor, noun, within, where or {})
    index = _sorted_by(within, "changed")
    if not all(part.sets for part in parts):
        return []

    hidden = hidden_now(actor, noun, within)

    def wanted(oid: int) -> bool:
        return oid not in hidden and all(part.holds(oid) for part in parts[1:])

    return _objects(within, index.newest(viewed_by(actor, noun), wanted, size))


def count(actor: Actor, noun: str, *, within: Any, where: Where | None = None) -> int:
    """Return how many resources of a noun the actor may view below a node."""
    return len(_shown(actor, noun, within, where or {}))


def oids_of(actor: Actor, noun: str, within: Any, where: Where | None = None) -> Any:
    """Return the oids of all resources of a noun that the actor may view; none is loaded."""
    return _shown(actor, noun, within, where or {})


def in_order(within: Any, oids: Any, sort: str) -> Iterator[int]:
    """Yield oids in an order, as ``find`` takes it; none is loaded."""
    yield from _sorted_by(within, sort).sort(oids, raise_unsortable=False)


def numbers_of(within: Any, noun: str, name: str, oids: Any) -> Iterator[tuple[str, int]]:
    """Yield each value of a facet with how many of some oids have it; none is loaded."""
    index = catalog_of(within)["facets"]
    index.flush(False)
    start = f"{noun}|{name}|"
    for token, having in index._fwd_index.items(start, start + LAST):
        number = len(family64.IF.intersection(oids, having))
        if number:
            yield token[len(start) :], number


def viewable(actor: Actor, noun: str, oids: Iterable[int], anywhere: Any) -> set[int]:
    """Return those of some oids of a noun that the actor may view now; none is loaded."""
    wanted = set(oids)
    if isinstance(actor, SystemActor) or not wanted:
        return wanted
    found = map(catalog_of(anywhere)["viewers"]._fwd_index.get, viewed_by(actor, noun))
    sets = [one for one in found if one is not None]
    hidden = hidden_now(actor, noun, anywhere)
    return {oid for oid in wanted if oid not in hidden and any(oid in one for one in sets)}


def _shown(actor: Actor, noun: str, within: Any, where: Where) -> Any:
    """Return the oids that match, without those that are out of their time."""
    oids = matches(parts_of(actor, noun, within, where))
    hidden = hidden_now(actor, noun, within)
    return family64.IF.difference(oids, hidden) if hidden else oids


def _sorted_by(within: Any, sort: str) -> Any:
    return catalog_of(within)[sort]


def _objects(within: Any, oids: list[int]) -> list[Any]:
    objectmap = find_objectmap(within)
    found = (objectmap.object_for(oid) for oid in oids)
    return [one for one in found if one is not None]
