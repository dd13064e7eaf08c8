"""Representatives decide about the people of their centre, where the network lets them."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.core.errors import TransitionDeniedError
from cpms_portal.networks.actions import (
    admit_member,
    approve,
    let_representatives_decide,
    request_membership,
)
from cpms_portal.networks.queries import deciders_of
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.dashboards.conftest import CENTRE
from tests.factories.people import make_person

OTHER = "/networks/rare-liver/netherlands/nl61"


@pytest.fixture
def place(root):
    def find(path):
        node = root
        for name in path.strip("/").split("/"):
            node = node[name]
        return node

    return find


@pytest.fixture
def representative(root, registry, place):
    person = make_person(root, registry, name="Vera Hausleiter")
    admit_member(place(CENTRE), person, Role.REPRESENTATIVE, system_actor(registry))
    yield person
    let_representatives_decide(root["networks"]["rare-liver"], False, system_actor(registry))
    transaction.commit()


@pytest.fixture
def asked(root, registry, place):
    """Return a function that asks for a profile at a centre: the membership."""

    def make(role=Role.HP, path=CENTRE):
        person = make_person(root, registry, name="Nora Anfrage")
        return request_membership(place(path), person, role, actor_for(registry, person))

    return make


def test_it_is_for_the_network_to_let_them_and_to_stop_it_at_once(
    root, registry, representative, asked
):
    made, network = asked(), root["networks"]["rare-liver"]
    with pytest.raises(TransitionDeniedError):
        approve(made, actor_for(registry, representative))
    let_representatives_decide(network, True, system_actor(registry))
    assert representative.__oid__ in deciders_of(made, system_actor(registry))
    approve(made, actor_for(registry, representative))
    assert made.state == "active"
    let_representatives_decide(network, False, system_actor(registry))
    with pytest.raises(TransitionDeniedError):
        transition(made, "end", actor_for(registry, representative), reason="Left.")


@pytest.mark.parametrize(
    "role", [Role.COORDINATOR, Role.DISPATCHER, Role.RESEARCHER, Role.REPRESENTATIVE]
)
def test_they_let_nobody_up(root, registry, representative, asked, role):
    let_representatives_decide(root["networks"]["rare-liver"], True, system_actor(registry))
    made = asked(role)
    assert representative.__oid__ not in deciders_of(made, system_actor(registry))
    with pytest.raises(TransitionDeniedError):
        approve(made, actor_for(registry, representative))


@pytest.mark.parametrize("path", [OTHER, "/networks/ernica/germany/de40"])
def test_they_decide_for_no_other_centre(root, registry, representative, asked, place, path):
    let_representatives_decide(root["networks"]["rare-liver"], True, system_actor(registry))
    try:
        place(path)
    except KeyError:
        pytest.fail(f"{path} is no centre of the training site")
    made = asked(path=path)
    with pytest.raises(TransitionDeniedError):
        approve(made, actor_for(registry, representative))


def test_who_ends_as_a_representative_decides_no_more(root, registry, representative, asked, place):
    let_representatives_decide(root["networks"]["rare-liver"], True, system_actor(registry))
    centre = place(CENTRE)
    own = next(one for one in centre["members"].values() if one.person == representative.__oid__)
    assert actor_for(registry, representative).may(Permission.MEMBERSHIP_DECIDE, centre)
    transition(own, "end", system_actor(registry), reason="Left.")
    assert not actor_for(registry, representative).may(Permission.MEMBERSHIP_DECIDE, centre)
    with pytest.raises(TransitionDeniedError):
        approve(asked(), actor_for(registry, representative))


def test_the_queue_of_the_centre_is_decided_in_the_browser(
    root, registry, representative, asked, browser_of
):
    let_representatives_decide(root["networks"]["rare-liver"], True, system_actor(registry))
    made = asked()
    transaction.commit()
    browser = browser_of(representative.mail)
    page = browser.get(f"{CENTRE}/memberships?state=requested")
    form = page.forms["bulk"]
    boxes = [box for box in page.html.select('input[name="chosen"]')]
    assert str(made.__oid__) in {box["value"] for box in boxes}
    sent = {
        "csrf_token": form["csrf_token"].value,
        "state": "requested",
        "chosen": str(made.__oid__),
        "step": "approve",
        "reason": "",
    }
    assert "1 decided." in browser.post(f"{CENTRE}/memberships", sent).follow()
    browser.get("/networks/rare-liver/memberships", status=403)
