"""A request for membership is decided by the coordinator of the network, with a reason for a no."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import request_membership
from cpms_portal.security.grants import holds
from cpms_portal.security.roles import Role
from tests.dashboards.conftest import CENTRE, CLINICIAN, COORDINATOR

QUEUE = "/networks/rare-liver/memberships"


@pytest.fixture
def request_of(root, registry, newcomer):
    """Return a function: name → path of a new request, the person, the centre."""

    def make(name):
        person = root["people"].person_of_login(newcomer(name))
        centre = root["networks"]["rare-liver"]["germany"]["de40"]
        asked = request_membership(centre, person, Role.HP, system_actor(registry))
        transaction.commit()
        return f"{CENTRE}/members/{asked.__name__}/", person, centre

    return make


def form_of(page, step):
    """Return the form whose button takes a step."""
    return next(form for form in page.forms.values() if f'value="{step}"' in form.text)


def test_a_request_when_approved_in_the_queue_makes_a_member(browser_of, request_of, registry):
    path, person, centre = request_of("Oda Felsbach")
    queue = browser_of(COORDINATOR).get(QUEUE)
    form = next(form for form in queue.forms.values() if form.action == path)
    page = form.submit("step").follow()
    assert "Oda Felsbach is a member now." in page
    transaction.abort()
    assert holds(person, Role.HP, centre, system_actor(registry).now)


def test_a_request_when_rejected_without_a_reason_says_so_at_the_field(browser_of, request_of):
    path, _person, _centre = request_of("Ragna Uferstein")
    coordinator = browser_of(COORDINATOR)
    page = coordinator.get(path)
    form = form_of(page, "reject")
    refused = form.submit("step", status=422)
    assert refused.html.select_one(".field-problem").text.strip() == "Please say why."
    form = form_of(refused, "reject")
    form["reason"] = "Please ask at your own hospital."
    assert "was rejected" in form.submit("step").follow()
    assert "Please ask at your own hospital." in coordinator.get(path)


def test_a_request_when_decided_already_is_not_decided_twice(browser_of, request_of):
    path, _person, _centre = request_of("Sverre Hallmond")
    first, second = browser_of(COORDINATOR), browser_of(COORDINATOR)
    late = next(form for form in second.get(QUEUE).forms.values() if form.action == path)
    next(form for form in first.get(QUEUE).forms.values() if form.action == path).submit("step")
    answer = late.submit("step", expect_errors=True)
    assert answer.status_int == 409
    assert "has moved on meanwhile" in answer


def test_a_clinician_sees_the_members_and_decides_nothing(browser_of, request_of):
    path, _person, _centre = request_of("Tilda Norrvik")
    clinician = browser_of(CLINICIAN)
    page = clinician.get(f"{CENTRE}/memberships")
    assert page.html.select(".listing-item")
    assert not page.html.select('form[action*="/members/"]')
    token = page.html.select_one('input[name="csrf_token"]')["value"]
    clinician.post(path, {"step": "approve", "csrf_token": token}, status=403)
    clinician.get(QUEUE, status=403)


def test_a_member_is_found_by_name(browser_of):
    page = browser_of(COORDINATOR).get(QUEUE, {"q": "ufer"})
    names = [title.text.strip() for title in page.html.select(".listing-title")]
    assert names and all("fer" in name.lower() for name in names)
