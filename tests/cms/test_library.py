"""The library: open to everybody, in the reader's language, in the order of the editors."""

from __future__ import annotations

from pathlib import Path

import transaction

from cpms_portal.cms.actions.writing import add_page
from cpms_portal.cms.importer import import_consent_forms, import_library
from cpms_portal.cms.resources import PageText
from cpms_portal.core.settings import setting
from cpms_portal.workflow.actions import transition


def texts_of(library):
    return {name: dict(page.texts) for name, page in library.items() if hasattr(page, "texts")}


def test_anybody_reads_the_library_without_signing_in(app):
    page = app.get("/library")
    titles = [title.text for title in page.html.select(".listing-title")]
    assert titles[:2] == ["Welcome", "Getting started"]
    assert "no-store" not in page.headers["Cache-Control"]


def test_a_tag_when_chosen_leaves_the_pages_that_have_it(app):
    titles = app.get("/library?tag=start").html.select(".listing-title")
    found = [title.text for title in titles]
    assert found[:2] == ["Welcome", "Getting started"]
    assert "Privacy and cookies" not in found


def test_every_question_of_the_faq_can_be_linked_to(app):
    html = app.get("/library/faq").html
    questions = html.select("details.faq-question[id]")
    assert len(questions) > 20
    assert len({question["id"] for question in questions}) == len(questions)
    linked = {link["href"] for link in html.select(".faq-link a")}
    assert linked == {f"#{question['id']}" for question in questions}


def test_a_page_when_missing_in_the_readers_language_is_the_original_with_a_note(app):
    german = app.get("/library/privacy", headers={"Accept-Language": "de"})
    assert german.html.select_one(".prose")["lang"] == "en"
    assert "Deutsch" in german.html.select_one(".notice").text
    english = app.get("/library/privacy", headers={"Accept-Language": "en"})
    assert not english.html.select("main .notice")


def test_a_page_when_private_is_seen_by_nobody_outside(app, root, portal):
    page = add_page(root["library"], "not-yet", {"en": PageText("Not yet", "Soon.")}, actor=portal)
    transaction.commit()
    assert "Not yet" not in app.get("/library")
    assert app.get("/library/not-yet").status_int == 303
    transition(page, "publish", portal)
    transaction.commit()
    assert "Soon." in app.get("/library/not-yet")
    transition(page, "retract", portal, reason="Out of date.")
    transaction.commit()
    assert app.get("/library/not-yet").status_int == 303


def test_language_versions_when_written_belong_to_one_page(app, root, portal):
    texts = {"en": PageText("Two tongues", "English."), "fr": PageText("Deux langues", "Français.")}
    page = add_page(root["library"], "two-tongues", texts, actor=portal)
    transition(page, "publish", portal)
    transaction.commit()
    assert "Français." in app.get("/library/two-tongues", headers={"Accept-Language": "fr"})
    asked = app.get("/library/two-tongues?language=fr", headers={"Accept-Language": "en"})
    assert asked.html.h1.text.strip() == "Deux langues"


def test_every_network_has_a_library_with_a_first_page_a_contact_and_the_questions(app, root):
    for network in root["networks"].values():
        assert {"getting-started", "helpdesk", "questions"} <= set(network["library"])
    page = app.get("/networks/vascern/library")
    assert "Getting started in VASCERN" in page and "Helpdesk of VASCERN" in page
    guide = app.get("/networks/vascern/library/getting-started")
    assert "Hereditary" in guide and "${" not in guide.html.main.text
    french = app.get("/networks/vascern/library/getting-started?language=fr")
    assert french.html.h1.text.strip() == "Premiers pas dans VASCERN"


def test_import_when_done_twice_changes_nothing(root, registry, portal):
    folder = Path(setting(registry, "cpms.content"))
    before = texts_of(root["library"])
    assert import_library(root, folder, portal) == 0
    assert import_consent_forms(root, folder, portal) == 0
    assert texts_of(root["library"]) == before


def test_import_when_a_page_was_changed_here_leaves_it_alone(root, registry, portal, tmp_path):
    written = '---\ntitle: "{}"\norder: 1\ntags: [start]\nlanguage: en\n---\n{}\n'
    path = tmp_path / "library" / "en" / "sample.md"
    path.parent.mkdir(parents=True)
    path.write_text(written.format("Sample", "First."), encoding="utf-8")
    assert import_library(root, tmp_path, portal) == 1
    page = root["library"]["sample"]
    path.write_text(written.format("Sample", "Second."), encoding="utf-8")
    assert import_library(root, tmp_path, portal) == 0
    assert page.texts["en"].text == "Second.\n"
    page.texts["en"].text = "Changed by the office."
    path.write_text(written.format("Sample", "Third."), encoding="utf-8")
    import_library(root, tmp_path, portal)
    assert page.texts["en"].text == "Changed by the office."


def test_the_foot_of_every_page_leads_to_what_everybody_may_read(app):
    links = [link["href"] for link in app.get("/library").html.select(".footer-links a")]
    assert links == [f"/library/{one}" for one in ("privacy", "accessibility", "terms", "imprint")]
    for address in links:
        assert app.get(address).html.select_one("h1")
