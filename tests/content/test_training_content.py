"""The invented accounts, patients and studies of the training site hang together."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.content.files import accounts, area_ids, hospitals, keys, networks, patients, read

ROLES = {"hp", "coordinator", "guest", "researcher"}
PHASES = {
    "draft", "awaiting_lead", "selection", "data_completion", "assessment", "outcome",
    "sign_off", "closed", "archived", "cancelled", "restarted",
}  # fmt: skip
WITHOUT_LEAD = {"draft", "awaiting_lead"}
WITH_OUTCOME = {"outcome", "sign_off", "closed", "archived", "restarted"}

each_patient = pytest.mark.parametrize("patient", patients(), ids=lambda found: found["id"])


def in_phase(phases: set[str]) -> list[Any]:
    """Return the panels in some phases, each named after its patient."""
    found = [one for one in patients() if one["panel"]["phase"] in phases]
    return [pytest.param(one["panel"], id=one["id"]) for one in found]


def test_each_network_has_eight_accounts_with_persons_of_their_own():
    found = read("training_site/accounts.yaml")
    keys(found, "mail_domain prefixes slots administrators overrides")
    assert found["prefixes"] == {slug: slug.replace("-", "") for slug in networks()}
    assert found["mail_domain"].endswith(".invalid")
    for slot in found["slots"]:
        keys(
            slot,
            "slot name roles seat country professional_role expertise languages areas people",
        )
        assert set(slot["roles"]) <= ROLES
        assert slot["seat"] in {"institution", "guest"}
        assert set(slot["areas"]) == {"start", "count"}
        assert len(slot["people"]) == 24
    per_network = Counter(account["network"] for account in accounts().values())
    assert set(per_network.values()) == {8}
    assert len({account["person"] for account in accounts().values()}) == len(accounts()) == 192


def test_accounts_of_rare_liver_are_named_as_in_the_registration_guide():
    assert {name for name in accounts() if name.startswith("rareliver")} == {
        *(f"rareliverhpuser{number}" for number in range(1, 6)),
        "rarelivercoordinator", "rareliverguest", "rareliverresearcher",
    }  # fmt: skip


def test_an_override_changes_an_account_that_exists_and_fits_its_network():
    overrides = read("training_site/accounts.yaml")["overrides"]
    for name, override in overrides.items():
        keys(override, "", "institution person professional_role expertise languages areas")
        network = accounts()[name]["network"]
        assert network in hospitals()[accounts()[name]["institution"]]["networks"]
        assert set(override.get("areas", [])) <= set(area_ids(network))


def test_health_professionals_of_a_network_sit_in_five_countries():
    for network in networks():
        seats = {
            hospitals()[account["institution"]]["country"]
            for name, account in accounts().items()
            if account["network"] == network and "hpuser" in name
        }
        assert len(seats) == 5


def test_patients_are_enough_and_rare_liver_shows_every_phase():
    per_network = Counter(patient["network"] for patient in patients())
    assert per_network == {"rare-liver": 12, "ern-rnd": 3, "vascern": 3, "epicare": 3}
    shown = {one["panel"]["phase"] for one in patients() if one["network"] == "rare-liver"}
    assert shown == PHASES
    assert len({patient["id"] for patient in patients()}) == len(patients())


@each_patient
def test_a_patient_is_enrolled_by_a_health_professional_of_the_same_centre(patient):
    keys(
        patient,
        "id network account institution sex born identity consents diagnosis signs "
        "clinical_question history findings labs medication panel",
    )
    keys(patient["identity"], "given_name family_name place_of_birth hospital_number")
    account = accounts()[patient["account"]]
    assert "hp" in account["roles"]
    assert account["network"] == patient["network"]
    assert account["institution"] == patient["institution"]
    assert patient["sex"] in {"female", "male"}


@each_patient
def test_care_is_consented_first_and_after_birth(patient):
    keys(patient["consents"], "care registries research")
    care = patient["consents"]["care"]
    assert patient["born"] < care
    assert all(other is None or other >= care for other in patient["consents"].values())


@each_patient
def test_codes_of_a_patient_are_well_formed(patient):
    diagnosis = patient["diagnosis"]
    keys(diagnosis, "status text", "code")
    assert diagnosis["status"] in {"confirmed", "suspected", "undiagnosed"}
    assert ("code" in diagnosis) == (diagnosis["status"] != "undiagnosed")
    assert re.fullmatch(r"[1-9]\d{0,5}", diagnosis.get("code", "1"))
    for sign in patient["signs"]:
        keys(sign, "code text")
        assert re.fullmatch(r"HP:\d{7}", sign["code"])
    for row in patient["labs"]:
        keys(row, "analyte value unit date", "loinc low high")
        assert re.fullmatch(r"\d{3,5}-\d", row.get("loinc", "1234-5"))
        assert isinstance(row["value"], int | float)
        assert row.get("low", 0) < row.get("high", 1e9)


@each_patient
def test_a_panel_asks_within_its_network_and_has_what_its_phase_needs(patient):
    panel = patient["panel"]
    phase = panel["phase"]
    keys(
        panel,
        "question area urgent phase opened_days_ago lead members contributions "
        "information_requests signatures",
        "outcome cancel restart",
    )
    assert panel["area"] in area_ids(patient["network"])
    assert (panel["lead"] is None) == (phase in WITHOUT_LEAD)
    assert bool(panel["members"]) == (phase not in WITHOUT_LEAD)
    assert ("outcome" in panel) == (phase in WITH_OUTCOME)
    assert ("cancel" in panel) == (phase == "cancelled")
    assert ("restart" in panel) == (phase == "restarted")


@each_patient
def test_who_speaks_and_signs_in_a_panel_sits_in_it(patient):
    panel = patient["panel"]
    members = {member["account"]: member["state"] for member in panel["members"]}
    assert len(members) == len(panel["members"])
    assert panel["lead"] not in members
    assert set(members.values()) <= {"invited", "accepted", "declined"}
    sitting = {name for name, state in members.items() if state == "accepted"}
    sitting |= {panel["lead"]} - {None}
    assert set(members) | sitting <= set(accounts())
    for kind, wanted in (
        ("contributions", "account text days_ago"),
        ("information_requests", "account text days_ago answer"),
        ("signatures", "account days_ago"),
    ):
        for entry in panel[kind]:
            keys(entry, wanted)
            assert entry["account"] in sitting
            assert 0 <= entry["days_ago"] <= panel["opened_days_ago"]


@pytest.mark.parametrize("panel", in_phase(WITH_OUTCOME))
def test_an_outcome_is_whole_and_two_members_contributed(panel):
    keys(
        panel["outcome"],
        "summary diagnosis recommended_tests recommended_treatment follow_up agreement",
    )
    assert panel["outcome"]["agreement"] in {"unanimous", "majority", "divided"}
    assert len({entry["account"] for entry in panel["contributions"]}) >= 2


@pytest.mark.parametrize("panel", in_phase({"closed", "archived", "restarted"}))
def test_a_panel_that_was_closed_is_signed_by_everybody(panel):
    sitting = {one["account"] for one in panel["members"] if one["state"] == "accepted"}
    assert {entry["account"] for entry in panel["signatures"]} == sitting | {panel["lead"]}


def test_drawn_studies_belong_to_patients_and_one_is_large():
    studies = read("training_site/study.yaml")["studies"]
    for study in studies:
        keys(study, "patient modality study_description days_ago seed series")
        for series in study["series"]:
            keys(series, "description slices rows columns")
    assert {study["patient"] for study in studies} <= {one["id"] for one in patients()}
    assert max(one["slices"] for study in studies for one in study["series"]) >= 200
