"""Sets held against each other, whichever is small, answer what plain sets would."""

from __future__ import annotations

from BTrees import family64
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.search import matching
from cpms_portal.search.matching import Part, matches

OIDS = st.sets(st.integers(0, 40), max_size=30)
PARTS = st.lists(st.lists(OIDS, max_size=3), min_size=1, max_size=4)


def answer(parts: list[list[set[int]]]) -> set[int]:
    return set.intersection(*(set().union(*sets) for sets in parts))


def asked(parts: list[list[set[int]]]) -> list[Part]:
    return [Part(tuple(family64.IF.TreeSet(one) for one in sets)) for sets in parts]


@given(PARTS, st.sampled_from([0, 5, 200]))
def test_every_part_holds_of_what_is_found_and_nothing_else_is_found(parts, many):
    before, matching.MANY = matching.MANY, many
    try:
        assert set(matches(asked(parts))) == answer(parts)
    finally:
        matching.MANY = before


def test_a_part_that_nothing_answers_leaves_nothing():
    assert len(matches([Part((family64.IF.TreeSet([1, 2]),)), Part(())])) == 0


def test_what_is_found_comes_in_order_and_once():
    parts = asked([[{3, 1, 2}, {2, 9}], [{1, 2, 3, 9}]])
    assert list(matches(parts)) == [1, 2, 3, 9]
