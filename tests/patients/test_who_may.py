"""Who may open what: the own centre, other hospitals, the network, and nobody else."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.factories.patients import CENTRE, CLINICIAN, SECRETS, centre_of, person_of

OWN = ("", "identity", "edit", "remove", "consents", "record-consent/research")
SHARED = ("", "record", "documents")
OUTSIDERS = (
    "rareliverhpuser2",
    "ernskinhpuser1",
    "ernskinhpuser2",
    "rareliverresearcher",
    "rareliverguest",
)


@pytest.fixture(autouse=True)
def coordinator(root, registry):
    """A coordinator of the network who works at no centre of it: ernskinhpuser2."""
    network = root["networks"]["rare-liver"]
    grant(person_of(root, "ernskinhpuser2"), Role.COORDINATOR, network)
    transaction.commit()


@pytest.fixture
def dpo(root, registry):
    """The login of somebody who guards data protection at the centre."""
    grant(person_of(root, "ernskinhpuser3"), Role.DPO, centre_of(root))
    transaction.commit()
    return "ernskinhpuser3"


@pytest.mark.parametrize("view", [*OWN, *SHARED, "edit-section/history", "add-documents"])
def test_patient_when_of_the_own_centre_opens(browser_of, address, view):
    assert browser_of(CLINICIAN).get(address + view).status_int == 200


@pytest.mark.parametrize("login", OUTSIDERS)
@pytest.mark.parametrize(
    "view", [*OWN, *SHARED, "edit-section/history", "add-documents", "draft/x"]
)
def test_patient_when_asked_for_from_outside_is_not_found(browser_of, address, login, view):
    answer = browser_of(login).get(address + view, status=404)
    missing = browser_of(login).get(CENTRE + "patients/zzzzzzzz/" + view, status=404)
    assert answer.html.main.text == missing.html.main.text


def test_patient_when_nobody_is_signed_in_sends_to_the_door(app, address):
    answer = app.get(address + "identity")
    assert answer.status_int in (302, 303)
    assert "sign-in" in answer.location


@pytest.mark.parametrize("login", OUTSIDERS)
def test_list_when_asked_for_from_outside_tells_only_which_role_would_see_it(
    browser_of, patient, login
):
    answer = browser_of(login).get(CENTRE + "patients", status=403)
    assert patient.nickname not in answer
    assert "healthcare professional of the centre" in answer


def test_list_when_the_centre_has_none_answers_an_outsider_the_same(browser_of):
    empty = "/networks/rare-liver/malta/guest/"
    assert browser_of("rareliverhpuser2").get(empty + "patients", status=403)
    browser_of("rareliverhpuser2").get(empty + "patients/zzzzzzzz", status=404)


def test_dpo_when_looking_sees_consents_but_nothing_clinical(browser_of, address, dpo):
    browser = browser_of(dpo)
    assert browser.get(address + "consents").status_int == 200
    for view in ("", "identity", "record", "documents"):
        browser.get(address + view, status=404)


def test_pages_when_others_may_read_them_never_show_the_identity(browser_of, address):
    browser = browser_of(CLINICIAN)
    for view in (*SHARED, "consents"):
        text = browser.get(address + view).text
        assert not [secret for secret in SECRETS if secret in text]
