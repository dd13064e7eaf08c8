"""A person leaves: patients and panels go to a colleague of the centre, and both names are kept."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.resources import oid_of
from cpms_portal.dashboards.actions import hand_over
from cpms_portal.dashboards.queries import panels_in_charge, patients_in_charge
from cpms_portal.networks.actions import admit_member
from cpms_portal.patients.actions.visibility import change_visibility
from cpms_portal.people.actions import choose_areas
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.grants import holds
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from tests.dashboards.conftest import CENTRE, CLINICIAN, COORDINATOR
from tests.factories.people import make_person

PAGE = f"{CENTRE}/hand-over"


@pytest.fixture
def centre(root):
    return root["networks"]["rare-liver"]["germany"]["de40"]


@pytest.fixture
def colleague(root, registry, centre):
    """A clinician of the centre who may lead panels."""
    person = make_person(root, registry, name="Mette Sandvik")
    actor = system_actor(registry)
    admit_member(centre, person, Role.HP, actor)
    choose_areas(person, root["networks"]["rare-liver"], AreaChoice(("wilson",)), actor)
    transaction.commit()
    return person


def test_everything_goes_to_the_colleague_and_back(browser_of, root, registry, centre, colleague):
    leaver = root["people"].person_of_login(CLINICIAN)
    actor = system_actor(registry)
    patients = patients_in_charge(centre, leaver, actor)
    panels = panels_in_charge(centre, leaver, actor)
    assert patients and panels
    led = [panel for panel in panels if panel.lead == oid_of(leaver)]
    page = browser_of(COORDINATOR).get(PAGE, {"leaver": leaver.__name__})
    form = next(form for form in page.forms.values() if "successor" in form.fields)
    assert str(len(patients)) in page.html.select_one(".key-value").text
    form["successor"] = colleague.__name__
    assert "Handed over" in form.submit().follow()
    root._p_jar.sync()
    assert not patients_in_charge(centre, leaver, actor)
    assert not panels_in_charge(centre, leaver, actor)
    assert {one.owner for one in patients} == {oid_of(colleague)}
    said = [step.reason for step in patients[0].history if step.transition == "hand_over"]
    assert said == [f"{leaver.title} → {colleague.title}"]
    for panel in led:
        assert holds(colleague, Role.LEAD, panel, actor.now)
        assert not holds(leaver, Role.LEAD, panel, actor.now)
    mine = browser_of(colleague.mail)
    shown = panels[0]
    path = "/".join(["", *[n.__name__ for n in reversed(list(_lineage(shown)))][1:]])
    assert "Handed over" in mine.get(path)


def _lineage(node):
    while node is not None:
        yield node
        node = node.__parent__


def test_the_page_shows_numbers_and_no_patient(browser_of, root, registry, centre):
    leaver = root["people"].person_of_login(CLINICIAN)
    page = browser_of(COORDINATOR).get(PAGE, {"leaver": leaver.__name__})
    nicknames = [one.nickname for one in centre["patients"].values()]
    assert nicknames and not any(name in page for name in nicknames)


def test_nobody_of_another_centre_or_network_hands_over(browser_of, root):
    elsewhere = ("vascerncoordinator", "vascernhpuser1", "rareliverresearcher", "rareliverguest")
    for login in (*elsewhere, CLINICIAN):  # no clinician takes the patients of a colleague
        browser_of(login).get(PAGE, status=[403, 404])


def test_a_successor_from_elsewhere_is_refused(browser_of, root):
    people = root["people"]
    coordinator = browser_of(COORDINATOR)
    leaver, stranger = people.person_of_login(CLINICIAN), people.person_of_login("vascernhpuser1")
    page = coordinator.get(PAGE, {"leaver": leaver.__name__})
    token = page.html.select_one('main input[name="csrf_token"]')["value"]
    sent = {"csrf_token": token, "leaver": leaver.__name__, "successor": stranger.__name__}
    answer = coordinator.post(PAGE, sent, status=422)
    assert "Choose who leaves and who follows." in answer
    sent["successor"] = leaver.__name__
    assert "two different people" in coordinator.post(PAGE, sent, status=422)


def test_where_one_clinician_is_in_charge_nobody_hands_over_to_themselves(root, registry, centre):
    coordinator = root["people"].person_of_login(COORDINATOR)
    actor = actor_for(registry, coordinator)
    leaver = root["people"].person_of_login(CLINICIAN)
    change_visibility(centre, "owner", system_actor(registry))
    with pytest.raises(ValueRefusedError, match="somebody else hands over to you"):
        hand_over(centre, leaver, coordinator, actor)
    transaction.abort()
