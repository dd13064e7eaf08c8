"""Which resources answer a question: sets of oids, the smallest looked at first.

A question has parts (who may view, where it stands, what it is like), and each part
has sets, any of which will do. Uniting or intersecting sets reads all of them, and a
state is shared by the resources of the whole portal. So as long as one part is small,
its oids are held against the other parts one by one, however large those are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Any

import BTrees

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.core.resources import oid_of
from cpms_portal.search.actions import catalog_of

#: Up to so many oids are looked at one by one.
MANY = 500
#: Facet → value or values (any of them); as pairs where one facet must hold several times.
Where = Mapping[str, Any] | Iterable[tuple[str, Any]]

_families = BTrees.family64.IF


@dataclass(frozen=True)
class Part:
    """One part of a question: the sets of oids, any of which will do."""

    sets: tuple[Any, ...]

    def holds(self, oid: int) -> bool:
        """Say whether a resource answers this part."""
        return any(oid in one for one in self.sets)

    @cached_property
    def about(self) -> int:
        """Return how many oids it has, counted no further than just above MANY."""
        return _about(self.sets)

    def united(self) -> Any:
        """Return one set of all its oids."""
        return self.sets[0] if len(self.sets) == 1 else _families.multiunion(self.sets)


def _part(index: Any, tokens: Iterable[str]) -> Part:
    """Return the part that any of some tokens answers."""
    found = (index._fwd_index.get(token) for token in tokens)
    return Part(tuple(_fewer([one for one in found if one is not None])))


def _fewer(sets: list[Any]) -> list[Any]:
    """Return the same oids in fewer sets: who takes part in many panels has a small one of each."""
    if len(sets) < 2:
        return sets
    small: list[Any] = []
    large: list[Any] = []
    for one in sets:
        (small if _about([one]) <= MANY else large).append(one)
    return [_families.multiunion(small), *large] if small else large


def _about(sets: Iterable[Any]) -> int:
    """Return how many oids some sets have, counted no further than just above MANY."""
    return len(list(islice(chain(*sets), MANY + 1)))


def viewed_by(actor: Actor, noun: str) -> list[str]:
    """Return the tokens of what an actor may view of a noun."""
    return [f"{noun}|{who}" for who in sorted(actor.principals)]


def parts_of(actor: Actor, noun: str, within: Any, where: Where) -> list[Part]:
    """Return the parts of a question; all resources of the noun when it asks for nothing."""
    return list(_parts(actor, noun, within, where)) or [
        _part(catalog_of(within)["facets"], [f"{noun}|noun|{noun}"])
    ]


def _parts(actor: Actor, noun: str, within: Any, where: Where) -> Iterator[Part]:
    catalog = catalog_of(within)
    if not isinstance(actor, SystemActor):
        yield _part(catalog["viewers"], viewed_by(actor, noun))
    if within.__parent__ is not None:
        yield _part(catalog["places"], [f"{noun}|{oid_of(within)}"])
    for name, value in where.items() if isinstance(where, Mapping) else where:
        values = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        yield _part(catalog["facets"], [f"{noun}|{name}|{one}" for one in values])


def matches(parts: list[Part]) -> Any:
    """Return the oids that answer every part, as a set of BTrees."""
    if not all(part.sets for part in parts):
        return _families.Set()
    first, *others = sorted(parts, key=lambda part: part.about)
    if first.about <= MANY:
        return _held_against(first.united(), others)
    single = [part for part in parts if len(part.sets) == 1]
    several = [part for part in parts if len(part.sets) > 1]
    return _held_against(*_intersected(single, several))


def _intersected(single: list[Part], several: list[Part]) -> tuple[Any, list[Part]]:
    """Return what answers the parts of one set each, and the parts still to be asked."""
    if not single:
        return several[0].united(), several[1:]
    found = single[0].united()
    for part in single[1:]:
        found = _families.intersection(found, part.united())
    return found, several


def _held_against(oids: Any, parts: list[Part]) -> Any:
    """Return those oids that answer all parts; a large set is asked for each oid, not read."""
    for part in parts:
        if len(part.sets) > 1:
            oids = _families.multiunion([_both(oids, one) for one in part.sets])
        elif part.about > MANY:
            oids = _families.Set(filter(part.sets[0].__contains__, oids))
        else:
            oids = _families.intersection(oids, part.sets[0])
    return oids


def _both(oids: Any, one: Any) -> Any:
    if _about([one]) <= MANY:
        return _families.Set(filter(oids.__contains__, one))
    return _families.Set(filter(one.__contains__, oids))
