"""The model consent forms: every language, to read and as a PDF that can be filled in."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from datetime import date
from pathlib import Path

import pytest
import transaction

from cpms_portal.cms.actions.consent_forms import write_consent_form
from cpms_portal.cms.importer.consent_forms import import_consent_forms
from cpms_portal.cms.queries.consent_forms import texts_needed, words_of_form
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.cms.conftest import EDITOR, FORMS, OUTSIDER, READER, REVIEWER
from tests.factories.pdf import is_readable, told_by

CONTENT = Path(__file__).parents[2] / "content"
PLAIN = "Einwilligung in klaren Worten"
CENTRE = "/networks/rare-liver/germany/de40"
#: A line of the form in its own letters, and how many fields there are to fill in.
SAID = {"el": "Συγκατάθεση", "bg": "Съгласие", "mt": "Kunsens", "uk": "Згода"}


def text_of(pdf: bytes) -> str:
    program = shutil.which("pdftotext")
    assert program, "pdftotext is missing: run ./cpms test"
    done = subprocess.run([program, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def opened(pdf: bytes) -> bytes:
    """Return a PDF with its packed objects unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    parts = [pdf]
    for stream in packed:
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"".join(parts)


def test_there_is_a_row_for_every_language_with_its_own_name(app):
    rows = app.get(FORMS).html.select("tbody tr")
    names = {row.th.text.strip() for row in rows}
    assert len(rows) == 25
    assert {"English", "Deutsch", "Malti", "Українська", "Ελληνικά", "Gaeilge"} <= names
    assert all(len(row.select("a")) == 2 for row in rows)


def test_the_languages_of_the_reader_come_first(app):
    page = app.get(FORMS, headers={"Accept-Language": "pl, de;q=0.8"})
    first = [row.th.text.strip() for row in page.html.select("table")[0].select("tbody tr")]
    assert first == ["Deutsch", "Polski"]


def test_the_languages_of_the_centre_come_first_and_its_name_is_filled_in(browser_of, root):
    oid = root["networks"]["rare-liver"]["germany"]["de40"].__oid__
    clinician = browser_of("rareliverhpuser1")
    page = clinician.get(f"{FORMS}?centre={oid}")
    assert page.html.select("table")[0].select_one("tbody th").text.strip() == "Deutsch"
    read = clinician.get(f"{FORMS}de/?centre={oid}")
    assert read.html.select_one("#f-centre")["value"] == "Universitätsklinikum Hamburg-Eppendorf"


@pytest.mark.parametrize("asked", ["1", "9999999999999999999", "x", "-5", "1" * 40, "%C2%B2"])
def test_a_centre_that_is_none_is_not_found(browser_of, asked):
    browser_of("rareliverhpuser1").get(f"{FORMS}?centre={asked}", status=404)


def test_the_name_of_a_centre_is_not_given_to_somebody_not_signed_in(app, root):
    oid = root["networks"]["rare-liver"]["germany"]["de40"].__oid__
    answer = app.get(f"{FORMS}de/pdf?centre={oid}", expect_errors=True)
    assert answer.status_int == 303
    assert answer.content_type != "application/pdf"


@pytest.mark.parametrize("language", ["el", "bg", "mt", "uk"])
def test_the_pdf_holds_every_text_in_its_own_letters(app, root, language):
    form = root["library"]["consent-forms"][language]
    said = " ".join(text_of(app.get(f"{FORMS}{language}/pdf").body).split())
    for key in ("title", "purpose_title", "rights_title", "care_title"):
        assert form.texts[key].split()[-1] in said, key
    assert SAID[language].lower() in said.lower()


def test_the_pdf_is_tagged_names_its_language_and_has_fields(app):
    pdf = app.get(f"{FORMS}de/pdf").body
    assert pdf.startswith(b"%PDF-1.7")
    program = shutil.which("pdfinfo")
    assert program, "pdfinfo is missing: run ./cpms test"
    told = subprocess.run([program, "-"], input=pdf, capture_output=True, check=True).stdout
    assert b"AcroForm" in told and b"Tagged:          yes" in told
    assert b"/Lang (de)" in opened(pdf)


@pytest.mark.parametrize("language", ["en", "el", "uk", "ga"])
def test_the_pdf_is_read_aloud_in_its_language_and_every_field_says_what_it_is(language, app, root):
    told = told_by(app.get(f"{FORMS}{language}/pdf").body)
    texts = root["library"]["consent-forms"][language].texts
    assert is_readable(told, language)
    assert told.title == texts["title"]
    assert told.headings.count(2) >= 6 and told.headings.count(3) == 3
    fields = dict(told.fields)
    assert {"patient_name", "birth_date", "centre", "care", "registries", "research"} <= set(fields)
    assert all(tooltip.strip() for _name, tooltip in told.fields), told.fields
    assert fields["patient_name"] == texts["field_patient_name"]


def test_the_pdf_when_asked_again_is_not_sent_again(app):
    first = app.get(f"{FORMS}fr/pdf")
    assert "public" in first.headers["Cache-Control"]
    again = app.get(f"{FORMS}fr/pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_int == 304 and not again.body


def test_the_pdf_with_a_name_stays_out_of_shared_caches(browser_of, root):
    oid = root["networks"]["rare-liver"]["germany"]["de40"].__oid__
    answer = browser_of("rareliverhpuser1").get(f"{FORMS}de/pdf?centre={oid}")
    assert "private" in answer.headers["Cache-Control"]
    assert "public" not in answer.headers["Cache-Control"]


def test_every_language_has_exactly_the_texts_the_structure_asks_for(root):
    forms = root["library"]["consent-forms"]
    for form in forms.forms():
        assert set(form.texts) == texts_needed(forms.structure)
        words = words_of_form(form, "Sample Hospital")
        assert words.filled == {"centre": "Sample Hospital"}
        assert [part.name for part in words.parts][-1] == "signatures"


def test_care_is_the_one_consent_that_must_be_given(root):
    words = words_of_form(root["library"]["consent-forms"]["en"])
    choices = {one.name: one.required for part in words.parts for one in part.choices}
    assert choices == {"care": True, "registries": False, "research": False}


def test_the_office_changes_the_form_in_a_language_and_everybody_reads_it(
    office, browser_of, app, root
):
    before = root["library"]["consent-forms"]["de"].version
    page = browser_of(EDITOR).get(f"{FORMS}de/edit")
    assert page.html.select_one(".beside-said")["lang"] == "en"
    form = page.forms["form"]
    form["title"], form["version"], form["day"] = (
        "Einwilligung in klaren Worten",
        "1.1",
        "2026-12-01",
    )
    form.submit().follow()
    read = app.get(f"{FORMS}de/")
    assert "Einwilligung in klaren Worten" in read and "1.1" in read
    assert "Einwilligung in klaren Worten" in " ".join(
        text_of(app.get(f"{FORMS}de/pdf").body).split()
    )
    transaction.abort()
    changed = root["library"]["consent-forms"]["de"]
    assert [one.version for one in changed.earlier] == [before]


def test_what_was_left_empty_is_told_at_the_field_and_the_rest_is_kept(office, browser_of):
    form = browser_of(EDITOR).get(f"{FORMS}fr/edit").forms["form"]
    form["title"], form["intro"] = "", "Lisez ceci."
    refused = form.submit(status=422)
    assert "Please fill this in." in refused.html.select_one("#form-title-error").text
    assert refused.forms["form"]["intro"].value == "Lisez ceci."


def test_two_who_change_the_same_form_do_not_overwrite_each_other_in_silence(
    office, browser_of, root
):
    editor, chief = browser_of(EDITOR), browser_of("siteadmin")
    mine, theirs = (one.get(f"{FORMS}it/edit").forms["form"] for one in (editor, chief))
    theirs["version"] = "9.1"
    theirs.submit().follow()
    mine["version"] = "9.2"
    refused = mine.submit(status=422)
    assert "Somebody saved this meanwhile" in refused
    again = refused.forms["form"]
    assert again["version"].value == "9.2"
    again["mine"] = True
    again.submit().follow()
    transaction.abort()
    form = root["library"]["consent-forms"]["it"]
    assert form.version == "9.2"
    assert [one.version for one in form.earlier][1:] == ["9.1"]


def test_what_the_office_wrote_into_a_form_goes_into_its_file_and_stays_with_updates(
    office, root, portal, tmp_path
):
    forms = root["library"]["consent-forms"]
    values = {**forms["pl"].texts, "version": "2.0", "day": date(2026, 12, 1)}
    write_consent_form(forms["pl"], {**values, "title": "Zgoda: 'tak'"}, portal)
    shutil.copytree(CONTENT / "consent_forms", tmp_path / "consent_forms")
    import_consent_forms(root, tmp_path, portal)
    assert forms["pl"].texts["title"] == "Zgoda: 'tak'", "an update does not take it away"
    (tmp_path / "consent_forms" / "pl.yaml").write_text(forms["pl"].source, encoding="utf-8")
    import_consent_forms(root, tmp_path, portal)
    assert not forms["pl"].written_here
    assert forms["pl"].texts["title"] == "Zgoda: 'tak'"
    assert (forms["pl"].version, forms["pl"].day) == ("2.0", date(2026, 12, 1))


@pytest.mark.parametrize("login", [READER, REVIEWER, OUTSIDER])
def test_who_is_no_editor_of_the_portal_changes_no_consent_form(login, office, browser_of, root):
    theirs = root["networks"]["vascern"]["library"]
    grant(root["people"].person_of_login(OUTSIDER), Role.EDITOR, theirs)
    transaction.commit()
    browser_of(login).get(f"{FORMS}en/edit", status=404)
