"""Questions to the catalog: always filtered by who asks, sorted, one batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypatia.util import ResultSet
from substanced.util import find_objectmap

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.core.resources import oid_of
from cpms_portal.search.actions import catalog_of

BATCH = 25
#: Above so many matches the order of changes is read where it is kept, not made by sorting.
MANY = 200
#: Facet → value or values (any of them); as pairs where one facet must hold several times.
Where = Mapping[str, Any] | Iterable[tuple[str, Any]]


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


def _any(index: Any, tokens: list[str]) -> Any:
    """Ask for any of some tokens; one that is there alone is asked as itself.

    A union copies the sets it unites, however long; most people hold one role at a centre.
    """
    index.flush(False)
    there = [token for token in tokens if token in index._fwd_index]
    return index.eq(there[0]) if len(there) == 1 else index.any(there)


def _viewed_by(actor: Actor, noun: str) -> list[str]:
    return [f"{noun}|{who}" for who in sorted(actor.principals)]


def _query(actor: Actor, noun: str, within: Any, where: Where) -> Any:
    catalog = catalog_of(within)
    query = None
    if not isinstance(actor, SystemActor):
        query = _any(catalog["viewers"], _viewed_by(actor, noun))
    if within.__parent__ is not None:
        placed = catalog["places"].eq(f"{noun}|{oid_of(within)}")
        query = placed if query is None else query & placed
    for name, value in where.items() if isinstance(where, Mapping) else where:
        values = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        chosen = _any(catalog["facets"], [f"{noun}|{name}|{one}" for one in values])
        query = chosen if query is None else query & chosen
    return catalog["facets"].eq(f"{noun}|noun|{noun}") if query is None else query


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
    sort: title, created, changed or due; resources without that value come not at all.
    without: oids left out.
    """
    catalog = catalog_of(within)
    result = _query(actor, noun, within, where or {}).execute(resolver=None)
    left_out = frozenset(without)
    if left_out:
        kept = [oid for oid in result.ids if oid not in left_out]
        result = ResultSet(kept, len(kept), None)
    total = len(result)
    if total == 0:
        return Found(0, [], start, size)
    # Only the indexes asked so far have taken in what this transaction changed.
    catalog[sort].flush(False)
    if sort == "changed" and descending and total > MANY and not isinstance(actor, SystemActor):
        first = catalog[sort].newest(_viewed_by(actor, noun), result.ids, start + size)
    else:
        first = result.sort(
            catalog[sort], reverse=descending, limit=start + size, raise_unsortable=False
        ).ids
    objectmap = find_objectmap(within)
    chosen = list(first)[start : start + size]
    items = [objectmap.object_for(oid) for oid in chosen]
    return Found(total, [item for item in items if item is not None], start, size)


def count(actor: Actor, noun: str, *, within: Any, where: Where | None = None) -> int:
    """Return how many resources of a noun the actor may view below a node."""
    return len(_query(actor, noun, within, where or {}).execute(resolver=None))
