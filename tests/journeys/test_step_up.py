"""Delicate pages ask for a second factor again when the last proof is old."""

from __future__ import annotations

import pytest
from pyramid.traversal import resource_path

pytestmark = pytest.mark.storages("filestorage")  # what is asked does not depend on the storage
CENTRE = "/networks/rare-liver/germany/de40"


def first_patient(root):
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    return next(one for one in patients.values() if one.state == "enrolled")


@pytest.mark.parametrize("view", ["identity", "remove"])
def test_identity_and_removal_ask_again_after_a_while(view, browser_of, root, clock):
    browser = browser_of("rareliverhpuser1")
    address = f"{resource_path(first_patient(root))}/{view}"
    assert browser.get(address).status_int == 200
    clock.advance(minutes=11)
    asked = browser.get(address)
    assert asked.status_int == 303
    assert "/prove" in asked.location


def test_roles_are_granted_only_after_a_fresh_proof(browser_of, clock):
    browser = browser_of("rarelivercoordinator")
    page = browser.get("/networks/rare-liver/memberships")
    token = page.html.select_one("input[name=csrf_token]")["value"]
    clock.advance(minutes=11)
    posted = browser.post("/networks/rare-liver/memberships", {"csrf_token": token})
    assert posted.status_int == 303
    assert "/prove" in posted.location
    assert browser.get("/networks/rare-liver/memberships").status_int == 200, "reading needs none"
