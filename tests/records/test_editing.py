"""The pages of the record."""

from __future__ import annotations

import pytest

from cpms_portal.audit.trail import trail_of
from tests.factories.patients import CENTRE, CLINICIAN

PLANTED = "Kraniopharyngeomatosis planted in the record"


def save(browser, address, section="history", **answers):
    form = browser.get(f"{address}edit-section/{section}").forms["form"]
    for name, value in answers.items():
        form[name] = value
    return form.submit()


def test_section_when_saved_stands_in_the_record(browser, address, registry, patient):
    page = save(browser, address, history="Tired for a year.\nThen jaundice.").follow()
    assert "Then jaundice." in page
    assert page.html.title.text == "Record · CPMS"
    rows = trail_of(registry).rows("patient", patient.__oid__, 9)
    assert [row.entry for row in rows if row.entry.action == "record.save"]
    assert "Tired" not in str(rows)


@pytest.mark.storages("filestorage")  # other storages are read through their own tools
def test_section_when_at_rest_stands_nowhere_in_the_open(browser, address, site):
    save(browser, address, history=PLANTED)
    form = browser.get(f"{address}edit-section/findings").forms["form"]
    form["findings"] = PLANTED
    browser.post(f"{address}draft/findings", form.submit_fields())
    files = [path for path in site.var.rglob("*") if path.is_file()]
    assert [path.name for path in files if PLANTED.encode() in path.read_bytes()] == []


def test_section_when_two_save_it_shows_both_and_overwrites_nothing(browser, address):
    first = browser.get(address + "edit-section/history").forms["form"]
    second = browser.get(address + "edit-section/history").forms["form"]
    first["history"] = "Seen by the first."
    first.submit()
    second["history"] = "Seen by the second."
    both = second.submit(status=409)
    assert "Seen by the first." in both.html.find(class_="as-written").text
    assert both.forms["form"]["history"].value == "Seen by the second."
    assert "Seen by the second." not in browser.get(address + "record")
    both.forms["form"]["history"] = "Seen by both."
    assert "Seen by both." in both.forms["form"].submit().follow()


def test_draft_when_coming_back_is_offered_continued_or_discarded(browser, address):
    form = browser.get(address + "edit-section/findings").forms["form"]
    form["findings"] = "Half a sentence"
    kept = browser.post(address + "draft/findings", form.submit_fields())
    assert kept.json == {"kept": True}
    again = browser.get(address + "edit-section/findings")
    assert "You typed something here and did not save it" in again
    assert again.forms["form"]["findings"].value == ""
    going_on = browser.get(address + "edit-section/findings?draft=1")
    assert going_on.forms["form"]["findings"].value == "Half a sentence"
    assert "Half a sentence" in going_on.forms["form"].submit().follow()
    assert "did not save it" not in browser.get(address + "edit-section/findings")


def test_draft_when_discarded_is_gone(browser, address):
    form = browser.get(address + "edit-section/findings").forms["form"]
    form["findings"] = "Never mind"
    browser.post(address + "draft/findings", form.submit_fields())
    page = browser.get(address + "edit-section/findings")
    discarding = [form for form in page.forms.values() if "discard" in form.action]
    page = discarding[0].submit().follow()
    assert "did not save it" not in page


def test_draft_when_somebody_saved_meanwhile_is_refused(browser, address):
    form = browser.get(address + "edit-section/history").forms["form"]
    save(browser, address, history="Saved by another.")
    form["history"] = "Typed on the old page"
    browser.post(address + "draft/history", form.submit_fields(), status=409)


def test_laboratory_when_pasted_shows_rows_before_it_saves(browser, address):
    form = browser.get(address + "edit-section/laboratory").forms["form"]
    form["paste"] = "ALT\t148\tU/L\t10-35\t2026-10-05\nno row at all"
    shown = form.submit()
    assert "1 value was read" in shown
    assert shown.forms["form"]["paste"].value == "no row at all"
    assert "ALT" not in browser.get(address + "record")
    shown.forms["form"]["paste"] = ""
    page = shown.forms["form"].submit().follow()
    out = page.html.find(class_="is-out")
    assert "148" in out.text and "above the reference" in out.text


def test_laboratory_when_a_number_is_none_keeps_what_was_typed(browser, address):
    form = browser.get(address + "edit-section/laboratory").forms["form"]
    form["analyte"], form["value"], form["low"] = "ALT", "148", "ten"
    answer = form.submit(status=422)
    assert "Enter a number" in answer
    assert answer.forms["form"]["analyte"].value == "ALT"
    assert answer.forms["form"]["low"].value == "ten"


def test_diagnosis_when_typed_as_code_is_coded_and_found_in_the_list(browser, address, patient):
    form = browser.get(address + "edit-section/diagnosis").forms["form"]
    form["disease.typed"] = "ORPHA:905"
    page = form.submit().follow()
    assert "Wilson disease" in page and "ORPHA:905" in page
    listing = browser.get(CENTRE + "patients")
    form = listing.forms["by-term"]
    form["term.typed"] = "ORPHA:905"
    found = form.submit()
    assert patient.nickname in found
    assert "905" not in found.request.url
    form["term.typed"] = "ORPHA:399"
    assert patient.nickname not in form.submit()


def test_section_when_unknown_is_not_found(browser, address):
    browser.get(address + "edit-section/horoscope", status=404)
    browser.get(address + "edit-section", status=404)


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("diagnosis", "onset"),
        ("laboratory", "analyte"),
        ("genetics", "gene"),
        ("medication", "drug"),
    ],
)
def test_section_when_given_another_row_keeps_the_first(browser, address, section, field):
    form = browser.get(f"{address}edit-section/{section}").forms["form"]
    form[field] = "Kept"
    more = form.submit("add-row").forms["form"]
    assert [one.value for one in more.fields[field]] == ["Kept", ""]
    for_somebody_else = browser.get(f"{address}edit-section/{section}").forms["form"]
    assert len(for_somebody_else.fields[field]) == 1


def test_record_when_the_clinician_is_of_the_training_site_is_filled(browser_of, root):
    page = browser_of(CLINICIAN).get(CENTRE + "patients")
    assert "Overlap syndrome of autoimmune hepatitis" in page
