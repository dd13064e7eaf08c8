"""Recording and withdrawing consents."""

from __future__ import annotations

import pytest

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.networks.queries import institution_of
from cpms_portal.patients.actions import enrol_patient, withdraw_consent
from cpms_portal.patients.guards import care_consent_valid
from tests.factories.patients import CLINICIAN, acting_as, centre_of, enrolled, enrolment


@pytest.fixture
def browser(browser_of):
    """The browser of a clinician."""
    return browser_of(CLINICIAN)


def actions_of(registry, patient):
    return [row.entry.action for row in trail_of(registry).rows("patient", patient.__oid__, 50)]


def test_care_when_withdrawn_on_its_page_freezes_the_record(browser, address, registry, patient):
    form = browser.get(address + "withdraw-consent/care").forms["form"]
    form["reason"] = "The patient withdrew it."
    page = form.submit().follow()
    assert "Consent withdrawn" in page.html.h1.text
    browser.get(address + "edit-section/history", status=403)
    assert "The consent for care was withdrawn" in browser.get(address)
    assert "consent.withdraw" in actions_of(registry, patient)


def test_care_when_recorded_again_opens_the_record(browser, address):
    form = browser.get(address + "withdraw-consent/care").forms["form"]
    form["reason"] = "It was recorded by mistake."
    form.submit()
    form = browser.get(address + "record-consent/care").forms["form"]
    form["given"], form["signer"] = "21.11.2026", "guardian"
    page = form.submit().follow()
    assert "Enrolled" in page.html.h1.text
    assert "A legal guardian" in page
    assert browser.get(address + "edit-section/history").status_int == 200


def test_the_page_of_consents_leads_to_the_model_forms_with_the_name_of_the_hospital(
    browser, address, patient
):
    link = browser.get(address + "consents").html.select_one('a[href^="/library/consent-forms"]')
    centre = institution_of(patient)
    assert link["href"].endswith(f"?centre={centre.__oid__}")
    assert centre.title in browser.get(link["href"]).html.select_one(".notice strong")


def test_consent_when_recorded_for_tomorrow_is_refused(browser, address):
    form = browser.get(address + "record-consent/research").forms["form"]
    form["given"] = "23.11.2026"
    assert "This date is in the future." in form.submit(status=422)


def test_consent_when_signed_before_the_birth_is_refused(browser, address):
    form = browser.get(address + "record-consent/research").forms["form"]
    form["given"] = "1.3.1979"
    assert "This date is before the birth." in form.submit(status=422)


def test_consent_when_withdrawn_without_reason_is_refused(browser, address):
    form = browser.get(address + "withdraw-consent/care").forms["form"]
    assert form.submit(status=422)


@pytest.mark.parametrize("kind", ["", "everything", "care/more"])
def test_consent_when_of_no_known_kind_is_not_found(browser, address, kind):
    browser.get(address + "record-consent/" + kind, status=404)


def test_guard_when_care_is_missing_says_why_on_patient_and_below(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    assert care_consent_valid(patient, actor) is None
    withdraw_consent(patient, "care", "The patient withdrew it.", actor)
    assert care_consent_valid(patient, actor) == "There is no valid consent for care."
    assert care_consent_valid(centre_of(root), actor) is not None


def test_enrolment_when_care_is_missing_is_refused_by_the_action_too(root, registry):
    with pytest.raises(ValueRefusedError) as refused:
        enrol_patient(centre_of(root), enrolment(consents={}), acting_as(root, registry))
    assert refused.value.field == "consents.care.given"
