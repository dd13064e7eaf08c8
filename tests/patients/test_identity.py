"""The identity: sealed at rest, shown to the own centre, its reading recorded."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.actor import system_actor
from cpms_portal.patients import actions
from cpms_portal.patients.actions import (
    edit_enrolment,
    erase,
    finish_erasures,
    free_nickname,
    remove_patient,
)
from cpms_portal.patients.queries import identity_of, opened_identity, possible_duplicates
from cpms_portal.storage.keys import KeyDestroyedError, keyring
from tests.factories.patients import (
    CENTRE,
    CLINICIAN,
    IDENTITY,
    SECRETS,
    acting_as,
    centre_of,
    enrolled,
    enrolment,
    person_of,
)


@pytest.fixture
def browser(browser_of):
    """The browser of a clinician."""
    return browser_of(CLINICIAN)


def rows_of(registry, patient):
    return [row.entry for row in trail_of(registry).rows("patient", patient.__oid__, 50)]


def test_identity_when_shown_is_whole_and_recorded_once(browser, address, registry, patient, root):
    page = browser.get(address + "identity")
    for shown in ("Quirinella", "Musterbaumgarten", "Beispielhausen", "21 Apr 1979"):
        assert shown in page
    read = [entry for entry in rows_of(registry, patient) if entry.action == "patient.identity"]
    assert [entry.who for entry in read] == [person_of(root).__oid__]


@pytest.mark.parametrize(
    ("view", "action"),
    [
        ("", "patient.view"),
        ("record", "patient.record"),
        ("documents", "patient.documents"),
        ("consents", "patient.consents"),
        ("edit-section/history", "patient.edit-section"),
    ],
)
def test_page_when_read_writes_one_row(browser, address, registry, patient, view, action):
    before = len(rows_of(registry, patient))
    browser.get(address + view)
    written = rows_of(registry, patient)[: -before or None]
    assert [entry.action for entry in written] == [action]


def test_page_when_refused_writes_no_reading(browser_of, address, registry, patient):
    browser_of("ernskinhpuser1").get(address, status=404)
    assert "patient.view" not in [entry.action for entry in rows_of(registry, patient)]


def test_page_when_read_writes_nothing_to_the_object_database(browser, address, site):
    with site.connection() as connection:
        before = connection.db().lastTransaction()
    for view in ("", "identity", "record", "documents", "consents", "edit"):
        browser.get(address + view)
    with site.connection() as connection:
        assert connection.db().lastTransaction() == before


@pytest.mark.storages("filestorage")  # other storages are read through their own tools
def test_identity_when_at_rest_stands_nowhere_in_the_open(browser, address, site, patient):
    browser.get(address + "identity")
    files = [path for path in site.var.rglob("*") if path.is_file()]
    assert any(path.name == "Data.fs" for path in files)
    nickname = patient.nickname.encode()
    assert any(nickname in path.read_bytes() for path in files)
    for path in files:
        content = path.read_bytes()
        found = [secret for secret in SECRETS if secret.encode() in content]
        assert not found, path.name


def test_enrolment_when_two_edit_it_shows_both_and_overwrites_nothing(browser, address, root):
    first = browser.get(address + "edit").forms["form"]
    second = browser.get(address + "edit").forms["form"]
    first["family_name"] = "Erstbaum"
    first.submit().follow()
    second["family_name"] = "Zweitbaum"
    both = second.submit(status=409)
    assert "Erstbaum" in both
    assert both.forms["form"]["family_name"].value == "Zweitbaum"
    assert "Erstbaum" in browser.get(address + "identity")
    both.forms["form"].submit().follow()
    assert "Zweitbaum" in browser.get(address + "identity")


def test_enrolment_when_edited_is_known_by_its_new_name_only(root, registry):
    centre, actor = centre_of(root), acting_as(root, registry)
    values = {"family_name": "Vorherbaum", "hospital_number": "V-1"}
    patient = enrolled(root, registry, **values)
    assert possible_duplicates(centre, enrolment(**values), actor) == [patient]
    edit_enrolment(patient, {"family_name": "Nachherbaum", "hospital_number": ""}, actor)
    assert possible_duplicates(centre, enrolment(**values), actor) == []
    now = enrolment(family_name="Nachherbaum", hospital_number="")
    assert possible_duplicates(centre, now, actor) == [patient]


def test_nickname_when_chance_makes_a_part_of_the_identity_is_made_again(
    root, registry, monkeypatch
):
    enrolled(root, registry, nickname="Takenali")
    made = iter(["Quirinella", "Takenali", "Tavomelu"])
    monkeypatch.setattr(actions, "random_nickname", lambda: next(made))
    assert free_nickname(centre_of(root), IDENTITY) == "Tavomelu"


def test_patient_when_removed_is_gone_and_its_key_destroyed(
    browser, address, root, registry, patient
):
    key_id, nickname = patient.key_id, patient.nickname
    form = browser.get(address + "remove").forms["form"]
    form["reason"] = "The patient was enrolled twice."
    assert form.submit(status=422)
    form["sure"] = True
    listed = form.submit().follow()
    assert nickname not in listed
    assert not keyring(registry).exists(key_id)
    browser.get(address, status=404)
    assert "patient.remove" in [entry.action for entry in rows_of(registry, patient)]


def test_patient_when_removed_cannot_be_read_by_anybody(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    sealed = patient.identity
    transaction.commit()
    remove_patient(patient, "The patient asked for it.", actor)
    transaction.commit()
    patient.identity = sealed
    with pytest.raises(KeyDestroyedError):
        opened_identity(patient, registry)


def test_removal_when_given_up_keeps_the_key(root, registry):
    patient = enrolled(root, registry)
    transaction.commit()
    remove_patient(patient, "The patient asked for it.", acting_as(root, registry))
    transaction.abort()
    assert identity_of(patient, acting_as(root, registry))["given_name"] == "Quirinella"


def test_key_when_the_portal_was_cut_off_is_destroyed_at_the_next_start(root, registry):
    patient = enrolled(root, registry)
    transaction.commit()
    remove_patient(patient, "The patient asked for it.", acting_as(root, registry))
    transaction.get()._after_commit.clear()
    transaction.commit()
    assert keyring(registry).exists(patient.key_id)
    assert finish_erasures(root, system_actor(registry)) == 1
    assert not keyring(registry).exists(patient.key_id)


def test_list_when_opened_shows_age_and_sex_and_writes_a_row(browser, registry, patient, root):
    page = browser.get(CENTRE + "patients")
    line = next(row for row in page.html.find_all("tr") if patient.nickname in row.text)
    assert [cell.text.strip() for cell in line.find_all("td")[:2]] == ["47", "Female"]
    rows = trail_of(registry).rows("who", person_of(root).__oid__, 5)
    assert "institution.patients" in [row.entry.action for row in rows]


def test_erasure_when_done_leaves_no_nickname_behind(root, registry):
    patient = enrolled(root, registry, nickname="Vakolumi")
    patients = patient.__parent__
    assert "vakolumi" in patients.nicknames
    erase(patient, acting_as(root, registry))
    assert "vakolumi" not in patients.nicknames
    assert patient.__oid__ not in [oid for oids in patients.known.values() for oid in oids]
