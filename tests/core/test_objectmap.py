"""The lean object map answers like Substance D's own, without a path index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyramid import testing
from substanced.objectmap import ObjectMap

from cpms_portal.core.objectmap import LeanObjectMap
from cpms_portal.core.resources import Container, Content, Portal, oid_of, path_of, resource_of


@pytest.fixture
def root():
    with testing.testConfig():
        yield Portal()


def test_a_seated_child_has_an_oid_and_a_path(root):
    root.add("a", Container())
    root["a"].add("b", Content("B"))
    child = root["a"]["b"]
    assert path_of(root, oid_of(child)) == ("", "a", "b")
    assert resource_of(root, oid_of(child)) is child


def test_removing_a_container_forgets_all_below_it(root):
    root.add("a", Container())
    root["a"].add("b", Content())
    root.add("ab", Content())
    below = oid_of(root["a"]["b"])
    beside = oid_of(root["ab"])
    root.remove("a")
    assert path_of(root, below) is None
    assert path_of(root, beside) == ("", "ab")


def test_an_object_of_an_unknown_oid_is_none(root):
    assert resource_of(root, 12345) is None


def test_a_path_is_given_once(root):
    root.add("a", Content())
    with pytest.raises(ValueError, match="path"):
        root.__objectmap__.add(Content(), ("", "a"))


names = st.text("abc", min_size=1, max_size=2)
paths = st.lists(st.tuples(names, names, names), max_size=12, unique=True)


class _Thing:
    """Something with an oid."""


@given(paths, st.lists(names, max_size=2))
def test_subtrees_are_those_of_the_full_map(found, below):
    lean, full = LeanObjectMap(None), ObjectMap(None)
    for names_ in found:
        thing = _Thing()
        full.add(thing, ("", *names_))
        lean.add(thing, ("", *names_))
    path = ("", *below)
    for depth in (None, 0, 1, 2):
        for origin in (True, False):
            assert set(lean.pathlookup(path, depth, origin)) == set(
                full.pathlookup(path, depth, origin)
            )
    assert set(lean.remove(path)) == set(full.remove(path))
    assert list(lean.path_to_objectid.items()) == list(full.path_to_objectid.items())
