"""Every question is filtered by who asks; batches are sorted; the catalog follows the tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import transaction

from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.core.resources import modified, oid_of
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.queries import count, find, newest
from cpms_portal.security.acl import apply_acl
from cpms_portal.security.roles import Role

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def cases(add_case):
    return [
        add_case("here", f"case-{number}", NOON + timedelta(minutes=number)) for number in range(30)
    ] + [add_case("there", "elsewhere", NOON)]


def hp_of(root, centre):
    names = frozenset({f"hp@{oid_of(root[centre])}", "system.Everyone"})
    return Actor(None, None, names, NOON)


def test_only_what_one_may_view_is_found_and_counted(root, cases):
    assert count(hp_of(root, "there"), "patient", within=root) == 1
    assert count(hp_of(root, "here"), "patient", within=root) == 30
    nobody = Actor(None, None, frozenset({"system.Everyone"}), NOON)
    assert find(nobody, "patient", within=root).total == 0


def test_within_narrows_to_a_node(root, cases, registry):
    everything = system_actor(registry)
    assert count(everything, "patient", within=root["there"]) == 1
    assert count(everything, "patient", within=root) == 31


def test_batches_are_sorted_and_follow_each_other(root, cases):
    actor = hp_of(root, "here")
    first = find(actor, "patient", within=root, sort="changed", descending=True)
    second = find(actor, "patient", within=root, sort="changed", descending=True, start=25)
    assert [case.title for case in first][:2] == ["case-29", "case-28"]
    assert (len(first), len(second), first.total) == (25, 5, 30)
    assert {case.title for case in first}.isdisjoint({case.title for case in second})


def test_filters_take_a_value_or_several(root, add_case):
    add_case("here", "a", NOON, codes=("ORPHA:905",))
    add_case("here", "b", NOON, codes=("ORPHA:60", "ORPHA:171"))
    actor = hp_of(root, "here")

    def titles(**where):
        return {case.title for case in find(actor, "patient", within=root, where=where)}

    assert titles(code="ORPHA:905") == {"a"}
    assert titles(code=["ORPHA:905", "ORPHA:171"]) == {"a", "b"}
    assert titles(code="ORPHA:905", state="withdrawn") == set()


def test_a_changed_facet_is_found_at_once(root, add_case):
    case = add_case("here", "a", NOON)
    case.state = "withdrawn"
    modified(case)
    assert count(hp_of(root, "here"), "patient", within=root, where={"state": "withdrawn"}) == 1
    assert count(hp_of(root, "here"), "patient", within=root, where={"state": "enrolled"}) == 0


def test_a_changed_access_list_is_found_at_once(root, add_case):
    case = add_case("here", "a", NOON)
    assert count(hp_of(root, "here"), "patient", within=root) == 1
    apply_acl(case, {"patient:view": [Role.LEAD]})
    assert count(hp_of(root, "here"), "patient", within=root) == 0


def test_what_was_removed_is_not_found_and_leaves_no_trace(root, cases, registry):
    transaction.commit()
    root.remove("here")
    assert count(system_actor(registry), "patient", within=root) == 1
    catalog = root["catalogs"]["portal"]
    transaction.commit()
    assert len(catalog.objectids) == 2


def test_what_no_page_lists_is_not_in_the_catalog(root, cases):
    catalog = catalog_of(root)
    assert oid_of(root) not in catalog.objectids
    assert oid_of(root["here"]) in catalog.objectids


def test_what_has_no_value_to_sort_by_is_left_out_not_an_error(root, add_case):
    case = add_case("here", "a", NOON)
    case.created = None
    modified(case)
    assert find(hp_of(root, "here"), "patient", within=root, sort="due").items == []


def test_the_newest_of_many_are_those_that_sorting_finds(root, add_case, monkeypatch):
    for number in range(40):
        add_case("here", f"c{number}", NOON + timedelta(minutes=number * 7 % 40))
    moved = root["here"]["c3"]
    moved.created = NOON + timedelta(days=1)
    modified(moved)
    hidden = root["here"]["c4"]
    apply_acl(hidden, {"patient:view": [Role.LEAD]})
    root["here"].remove("c5")
    actor = hp_of(root, "here")

    def titles(start):
        found = find(
            actor,
            "patient",
            within=root["here"],
            sort="changed",
            descending=True,
            start=start,
            size=10,
        )
        return [case.title for case in found], found.total

    sorted_ones = [titles(start) for start in (0, 10, 30)]
    monkeypatch.setattr("cpms_portal.search.queries.MANY", 5)
    assert [titles(start) for start in (0, 10, 30)] == sorted_ones
    assert sorted_ones[0][0][0] == "c3"
    assert sorted_ones[0][1] == 38


def test_the_newest_are_what_a_listing_would_show_first(root, cases, registry):
    where = {"state": ("enrolled", "withdrawn")}
    for actor in (hp_of(root, "here"), hp_of(root, "there"), system_actor(registry)):
        for within in (root, root["here"]):
            listed = find(
                actor, "patient", within=within, where=where, sort="changed", descending=True
            )
            shown = newest(actor, "patient", within=within, where=where, size=25)
            assert [one.title for one in shown] == [one.title for one in listed]


def test_the_newest_are_filtered_by_who_asks(root, cases):
    nobody = Actor(None, None, frozenset({"system.Everyone"}), NOON)
    assert newest(nobody, "patient", within=root) == []
    assert newest(hp_of(root, "here"), "patient", within=root, where={"state": "closed"}) == []
