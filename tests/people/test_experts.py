"""The expert finder: who can be invited, found by area, words, language and country."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import oid_of
from cpms_portal.networks.actions import admit_member
from cpms_portal.networks.queries import membership_of
from cpms_portal.people.actions import choose_areas, update_profile
from cpms_portal.people.queries import (
    LONGEST_PREFIX,
    can_be_invited,
    centres_of,
    find_experts,
    network_without_areas,
    words,
)
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.factories.people import make_person


@pytest.fixture
def liver(root):
    """The network RARE-LIVER."""
    return root["networks"]["rare-liver"]


@pytest.fixture
def actor(root, registry):
    """A clinician who looks for experts."""
    return actor_for(registry, root["people"].person_of_login("rareliverhpuser1"))


@pytest.fixture
def newcomer(root, registry, liver):
    """A clinician of a centre in Germany, without an area yet."""
    person = make_person(root, registry, name="Żaneta Ostrowid")
    admit_member(liver["germany"]["de40"], person, Role.HP, system_actor(registry))
    return person


def names(found):
    """Return the names of the experts found."""
    return [expert.person.title for expert in found]


def test_without_an_area_nobody_is_found_and_with_one_at_once(newcomer, liver, actor, registry):
    assert newcomer.title not in names(find_experts(liver, actor, size=100))
    assert network_without_areas(newcomer, actor) is liver
    choose_areas(newcomer, liver, AreaChoice(wishes=("wilson",)), system_actor(registry))
    assert newcomer.title in names(find_experts(liver, actor, areas=["rare-liver/wilson"]))
    assert newcomer.title not in names(find_experts(liver, actor, areas=["rare-liver/pbc"]))
    assert network_without_areas(newcomer, actor) is None


def test_who_lost_the_membership_is_not_found_any_more(newcomer, liver, actor, registry):
    system = system_actor(registry)
    choose_areas(newcomer, liver, AreaChoice(("wilson",)), system)
    membership = membership_of(liver["germany"]["de40"], newcomer, Role.HP)
    transition(membership, "suspend", system, reason="On leave.")
    assert newcomer.title not in names(find_experts(liver, actor, size=100))
    assert not can_be_invited(newcomer, liver, actor)
    transition(membership, "resume", system)
    assert newcomer.title in names(find_experts(liver, actor, size=100))
    assert can_be_invited(newcomer, liver, actor)


def test_a_membership_that_ran_out_is_noticed_at_the_invitation(newcomer, liver, actor, registry):
    choose_areas(newcomer, liver, AreaChoice(("wilson",)), system_actor(registry))
    until = actor.now + timedelta(days=1)
    newcomer.grants.held = tuple(replace(held, until=until) for held in newcomer.grants.held)
    assert can_be_invited(newcomer, liver, actor)
    assert not can_be_invited(newcomer, liver, replace(actor, now=until))


@pytest.mark.parametrize("text", ["zaneta", "Ostr", "ŻANETA ostrowid", "neurogen ostro"])
def test_words_are_found_by_their_beginnings_without_accents(
    newcomer, liver, actor, registry, text
):
    system = system_actor(registry)
    choose_areas(newcomer, liver, AreaChoice(("wilson",)), system)
    update_profile(newcomer, {"expertise": "Neurogenetics of copper"}, system)
    assert newcomer.title in names(find_experts(liver, actor, text=text))
    assert newcomer.title not in names(find_experts(liver, actor, text=f"{text} kidney"))


def test_language_and_country_narrow_the_list(liver, actor):
    german = find_experts(liver, actor, languages=["de"], country="de", size=100)
    assert german.total > 0
    for expert in german:
        assert "de" in expert.person.profile.languages
        assert expert.centre.code.startswith("DE")


def test_those_excluded_are_neither_listed_nor_counted(liver, actor):
    everybody = find_experts(liver, actor, size=100)
    first = everybody.items[0].person
    others = find_experts(liver, actor, exclude=[oid_of(first)], size=100)
    assert others.total == everybody.total - 1
    assert first.title not in names(others)


def test_batches_follow_one_another_in_the_order_of_names(liver, actor):
    everybody = names(find_experts(liver, actor, size=100))
    assert everybody == sorted(everybody, key=str.lower)
    parts = [names(find_experts(liver, actor, start=start, size=3)) for start in (0, 3, 6)]
    assert sum(parts, []) == everybody[:9]


def test_a_guest_is_found_and_a_researcher_without_a_clinical_role_is_not(
    root, liver, actor, registry
):
    system = system_actor(registry)
    guest, reader = make_person(root, registry, name="Gast Eins"), make_person(root, registry)
    admit_member(liver["portugal"]["guest"], guest, Role.GUEST, system)
    admit_member(liver["germany"]["de40"], reader, Role.RESEARCHER, system)
    for person in (guest, reader):
        choose_areas(person, liver, AreaChoice(("wilson",)), system)
    found = find_experts(liver, actor, size=100)
    assert guest.title in names(found)
    assert oid_of(reader) not in [oid_of(expert.person) for expert in found]


def test_across_networks_experts_of_all_are_found(actor):
    assert find_experts(None, actor).total > 150


def test_an_expert_shows_centre_areas_absence_and_workload(newcomer, liver, actor, registry):
    system = system_actor(registry)
    choose_areas(newcomer, liver, AreaChoice(("wilson",), ("pbc",)), system)
    update_profile(newcomer, {"away_until": date(2026, 12, 1)}, system)
    (expert,) = find_experts(liver, actor, text="ostrowid")
    assert expert.centre.code == "DE40"
    assert len(expert.areas) == 2
    assert expert.away_until == date(2026, 12, 1)
    assert expert.panels == 0
    back = replace(actor, now=actor.now + timedelta(days=9))
    assert find_experts(liver, back, text="ostrowid").items[0].away_until is None


def test_unknown_areas_are_not_kept(newcomer, liver, registry):
    choice = AreaChoice(("wilson", "no-such-area"), ("nor-this",))
    choose_areas(newcomer, liver, choice, system_actor(registry))
    assert newcomer.profile.chosen("rare-liver") == AreaChoice(("wilson",))


def test_suggestions_for_a_picker_carry_an_id_and_no_mail(browser_of, root):
    app = browser_of("rareliverhpuser1")
    asked = {"network": "rare-liver", "q": "hepato", "area": "wilson"}
    found = app.get("/people/suggest", asked).json
    assert found
    for one in found:
        assert set(one) == {"value", "label", "detail"}
        assert root["people"][one["value"]].title == one["label"]
        assert "@" not in str(one)
    assert app.get("/people/suggest", {"network": "no-such"}).json == []


def test_strangers_get_no_suggestions(app):
    answer = app.get("/people/suggest?q=a", headers={"Accept": "application/json"}, status="*")
    assert answer.status_int == 404


def test_a_role_elsewhere_gives_no_centre(root, actor):
    coordinator = root["people"].person_of_login("rarelivercoordinator")
    assert [centre.code for centre in centres_of(coordinator, actor)] == ["DE40"]


@given(st.text(max_size=60))
def test_words_of_any_text_are_small_letters_without_spaces(text):
    for word in words(text):
        assert len(word) >= 2
        assert word == word.casefold()
        assert not any(char.isspace() for char in word)
    assert LONGEST_PREFIX >= 3
