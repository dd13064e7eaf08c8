"""The first sign-in of a clinician on a telephone: what they do is asked before anything else."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import admit_member
from cpms_portal.security.roles import Role
from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.people import make_person

pytestmark = pytest.mark.storages("filestorage")  # the pages are the same on both


@pytest.fixture
def page(page_of, root, registry):
    """A page of a clinician who was let in just now."""
    person = make_person(root, registry, name="Runa Kettilsen", newcomer=True)
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    admit_member(centre, person, Role.HP, system_actor(registry))
    transaction.commit()
    return page_of(person.mail, width=390)


def test_the_question_comes_first_says_why_and_leads_on_when_it_is_answered(page):
    page.goto("/networks/")
    assert "/preferences?network=rare-liver&next=" in page.url
    assert "Before you go on" in page.inner_text("main")
    assert violations(page) == []
    assert not scrolls_sideways(page)
    page.keyboard.press("Escape")
    page.fill("input[name=professional_role]", "Nurse")
    page.click("main form button[type=submit]")
    assert "Choose an area above, or tick this box" in page.inner_text("main")
    assert page.input_value("input[name=professional_role]") == "Nurse", "what was typed stays"
    assert violations(page) == []
    page.check("input[name=no_areas]")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/networks/")
