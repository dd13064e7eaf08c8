"""Assistants, break-glass and preferences in Chromium: accessible, and narrow enough."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import admit_member
from cpms_portal.patients.actions.emergency import break_glass
from cpms_portal.patients.actions.visibility import change_visibility
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.patients import CENTRE, centre_of, enrolled, person_of
from tests.factories.people import make_person

pytestmark = pytest.mark.storages("filestorage")  # the pages are the same on both


@pytest.fixture
def people(root, registry, assisting, colleague):
    """Who looks: an assistant, her clinician, a colleague who broke the glass, the officer."""
    helper, _delegation = assisting(name="Annika Helferlein")
    night, portal = colleague("Tom Nachtwache"), system_actor(registry)
    officer = make_person(root, registry, name="Quentin Datenhof")
    admit_member(centre_of(root), officer, Role.DPO, portal)
    change_visibility(centre_of(root), "team", portal)
    patient = enrolled(root, registry)
    access = break_glass(
        centre_of(root),
        patient.nickname,
        "Admitted at night, nobody in charge was reached.",
        actor_for(registry, night),
    )
    transaction.commit()
    record = f"{CENTRE}patients/{patient.__name__}/"
    clinician = person_of(root)
    return {
        helper.mail: ["/my-work", f"/people/{helper.__name__}/assistants", "/act-for", record],
        "rareliverhpuser1": [
            f"/people/{clinician.__name__}/assistants",
            f"/people/{clinician.__name__}/preferences",
            record,
            f"{record}team",
            CENTRE,
        ],
        night.mail: [record, f"{CENTRE}break-glass"],
        officer.mail: [
            "/my-work",
            f"{CENTRE}emergencies",
            f"{record}emergencies/{access.__name__}/",
            f"{CENTRE}visibility",
            f"{CENTRE}assistants",
        ],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_a_phone(page_of, people, scheme):
    wrong: list[str] = []
    for login, addresses in people.items():
        page = page_of(login, width=390, scheme=scheme)
        for address in addresses:
            answer = page.goto(address)
            wrong += [] if answer.status == 200 else [f"{address}: {answer.status}"]
            wrong += violations(page)
            wrong += [f"{address}: sideways"] if scrolls_sideways(page) else []
    assert wrong == []
