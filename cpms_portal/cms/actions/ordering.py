"""Put items into another order: only those that must get another position are written."""

from __future__ import annotations

from collections.abc import Iterable

from cpms_portal.cms.actions.writing import STEP
from cpms_portal.cms.queries.listing import positions_in
from cpms_portal.cms.resources import LibraryItem
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import modified, oid_of, resource_of

#: Neighbours closer than this make room before something goes between them, this much each.
CLOSE, ROOM = 1e-6, 1e-2
#: So many neighbours on each side make room first; four times as many when that is not enough.
NEAR = 8
Placed = list[tuple[float, int]]


def put_between(item: LibraryItem, before: LibraryItem | None, actor: Actor) -> None:
    """Place an item before another one of its folder, or last; the others stay untouched.

    Only positions are read, however many stand in the folder.
    """
    placed = _others(item)
    at = len(placed) if before is None else _at(placed, before)
    _put(item, placed, at, actor)


def put_after(item: LibraryItem, other: LibraryItem, actor: Actor) -> None:
    """Place an item right after another one of its folder."""
    placed = _others(item)
    _put(item, placed, min(_at(placed, other) + 1, len(placed)), actor)


def put_at(items: Iterable[LibraryItem], number: int, actor: Actor) -> int:
    """Place items of one folder, in their order, so that the first is the so many-th (from 1).

    Return which it is then: beyond the end is the end.
    """
    moved = list(items)
    going = {oid_of(one) for one in moved}
    placed = [one for one in positions_in(moved[0].__parent__) if one[1] not in going]
    at = min(max(number, 1) - 1, len(placed))
    for count, item in enumerate(moved):
        _put(item, placed, at + count, actor)
    return at + 1


def row_of(item: LibraryItem) -> int:
    """Return the so many-th in its folder an item is, from 1."""
    return _at(positions_in(item.__parent__), item) + 1


def step_in_order(items: Iterable[LibraryItem], by: int, actor: Actor) -> None:
    """Put items of one folder one place up (-1) or down (1); those at the end stay there."""
    moved = list(items)
    placed = positions_in(moved[0].__parent__)
    numbers = {oid: at for at, (_position, oid) in enumerate(placed)}
    moved.sort(key=lambda one: by * -numbers.get(oid_of(one), 0))
    stay = len(placed) - 1 if by > 0 else 0
    for item in moved:
        at = _at(placed, item)
        if at == stay or at == len(placed):
            stay -= by
            continue
        del placed[at]
        _put(item, placed, at + by, actor)


def _others(item: LibraryItem) -> Placed:
    return [one for one in positions_in(item.__parent__) if one[1] != oid_of(item)]


def _at(placed: Placed, item: LibraryItem) -> int:
    oid = oid_of(item)
    return next((at for at, one in enumerate(placed) if one[1] == oid), len(placed))


def _put(item: LibraryItem, placed: Placed, at: int, actor: Actor) -> None:
    """Give an item a position before the so many-th of its neighbours, and put it among them."""
    if 0 < at < len(placed) and placed[at][0] - placed[at - 1][0] < CLOSE:
        _make_room(item, placed, at, actor)
    low = placed[at - 1][0] if at else None
    high = placed[at][0] if at < len(placed) else None
    if low is not None and high is not None:
        item.position = (low + high) / 2
    else:
        item.position = (high or 0) - STEP if low is None else low + STEP
    placed.insert(at, (item.position, oid_of(item)))
    modified(item, actor.registry)


def _make_room(item: LibraryItem, placed: Placed, at: int, actor: Actor) -> None:
    """Set as many neighbours as it takes evenly apart; beyond the first and the last is room."""
    first, last, step = 0, len(placed) - 1, 0.0
    near = NEAR
    while step < ROOM:
        first, last = max(at - near, 0), min(at + near, len(placed)) - 1
        low, high = placed[first][0], placed[last][0]
        if last == len(placed) - 1:
            high = max(high, low + STEP * (last - first))
        elif first == 0:
            low = min(low, high - STEP * (last - first))
        step = (high - low) / (last - first)
        near *= 4
    for number in range(first, last + 1):
        position, oid = low + (number - first) * step, placed[number][1]
        if position != placed[number][0]:
            placed[number] = (position, oid)
            one = resource_of(item, oid)
            one.position = position
            modified(one, actor.registry)
