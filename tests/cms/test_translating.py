"""Translating: the original stands beside, row by row, and what is not said yet waits."""

from __future__ import annotations

import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.publishing import revert
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.queries.translating import is_outdated, is_partial
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.cms.conftest import EDITOR, OUTSIDER


def step(title, text="<p>So.</p>"):
    return {"title": title, "text": text, "picture": None, "alternative": ""}


def asked(question, theme="Basics", answer="<p>Yes.</p>"):
    return {"anchor": "", "theme": theme, "question": question, "answer": answer}


def form_of(browser, item, language="de", **query):
    page = browser.get(resource_path(item, "edit"), {"language": language, **query})
    return page, page.forms["form"]


def beside(page):
    return [" ".join(one.text.split()) for one in page.html.select(".beside-said")]


def titles(form, name):
    return [one.value for one in form.fields.get(name, ())]


def test_a_new_translation_is_typed_into_empty_fields_with_the_original_beside(
    office, browser_of, made
):
    item = made("page", "How to begin", summary="In short.", text="<p>Sign in <b>first</b>.</p>")
    page, form = form_of(browser_of(EDITOR), item)
    assert form["title"].value == "" and form["text"].value == ""
    assert beside(page) == ["How to begin", "In short.", "Sign in first."]
    said = page.html.select(".beside-said")[2]
    assert said["lang"] == "en" and said.strong.text == "first"
    form["title"] = "Der Anfang"
    form["text"] = "<p>Zuerst anmelden.</p>"
    form.submit().follow()
    transaction.abort()
    assert item.texts["de"].title == "Der Anfang"
    assert item.texts["de"].translates == item.texts["en"].version


def test_a_translation_can_begin_with_the_original_in_every_field(office, browser_of, made):
    item = made("page", "How to begin", text="<p>Sign in.</p>")
    browser = browser_of(EDITOR)
    page, _form = form_of(browser, item)
    again = page.click("Begin with the original in every field")
    assert again.forms["form"]["text"].value == "<p>Sign in.</p>"


def test_what_was_typed_wrongly_is_kept_and_the_original_stays_beside(office, browser_of, made):
    item = made("faq", "Asked often", questions=[asked("Who?"), asked("Where?")])
    _page, form = form_of(browser_of(EDITOR), item)
    form.fields["question"][0].value = "Wer?"
    refused = form.submit(status=422)
    again = refused.forms["form"]
    assert titles(again, "question")[:2] == ["Wer?", ""]
    assert "Please fill this in." in refused
    assert beside(refused).count("Where?") == 1


def test_questions_that_are_not_translated_yet_wait_and_readers_are_told(
    office, browser_of, made, app
):
    item = made("faq", "Asked often", questions=[asked("Who?"), asked("Where?")], published=True)
    _page, form = form_of(browser_of(EDITOR), item)
    form["title"] = "Oft gefragt"
    form.fields["theme"][0].value = "Grundlagen"
    form.fields["question"][0].value = "Wer?"
    form.fields["answer"][0].value = "<p>Sie.</p>"
    form.submit().follow()
    transaction.abort()
    (only,) = item.texts["de"].more["questions"]
    assert (only["question"], only["anchor"]) == ("Wer?", "who")
    assert "of" not in only
    assert is_partial(item, item.texts["de"])
    read = app.get(resource_path(item), headers={"Accept-Language": "de"})
    assert "erst ein Teil" in read or "Only a part of this page" in read
    rows = browser_of(EDITOR).get(resource_path(item, "translations"))
    assert "In part" in rows


def test_a_theme_that_was_translated_once_is_that_of_all_its_questions(office, browser_of, made):
    item = made("faq", "Asked", questions=[asked("Who?"), asked("Where?"), asked("Pay?", "Money")])
    _page, form = form_of(browser_of(EDITOR), item)
    form["title"] = "Gefragt"
    form.fields["theme"][0].value = "Grundlagen"
    for number, words in enumerate(("Wer?", "Wo?", "Zahlen?")):
        form.fields["question"][number].value = words
        form.fields["answer"][number].value = "<p>Ja.</p>"
    form.submit().follow()
    transaction.abort()
    themes = [one["theme"] for one in item.texts["de"].more["questions"]]
    assert themes == ["Grundlagen", "Grundlagen", ""]


def test_a_step_put_between_others_stands_beside_an_empty_row(office, browser_of, made, portal):
    item = made("guide", "Three steps", steps=[step("One"), step("Three")])
    german = {"title": "Drei", "steps": [step("Eins"), step("Drei")]}
    save_item(item, "de", german, portal)
    values = values_of(item, "en")
    between = {**values, "steps": [step("One"), step("Two"), step("Three")]}
    save_item(item, "en", between, portal)
    transaction.commit()
    page, form = form_of(browser_of(EDITOR), item)
    assert titles(form, "title") == ["Drei", "Eins", "", "Drei"]
    assert "Two" in beside(page)
    changes = page.html.select_one(".original-since")
    assert "Two" in changes.text
    form.submit().follow()
    transaction.abort()
    text = item.texts["de"]
    assert [one["title"] for one in text.more["steps"]] == ["Eins", "Drei"]
    assert not is_outdated(item, text)


def test_a_translation_of_an_original_that_changed_meanwhile_stays_outdated(
    office, browser_of, made, portal
):
    item = made("page", "Begin", text="<p>Old.</p>")
    _page, form = form_of(browser_of(EDITOR), item)
    save_item(item, "en", {**values_of(item, "en"), "text": "<p>New.</p>"}, portal)
    transaction.commit()
    form["title"] = "Beginn"
    form.submit().follow()
    transaction.abort()
    assert is_outdated(item, item.texts["de"])
    page, _form = form_of(browser_of(EDITOR), item)
    assert page.html.select_one(".original-since ins").text == "New"


def test_a_translation_taken_back_to_an_earlier_version_says_what_it_said_then(made, portal):
    item = made("page", "Begin", text="<p>Old.</p>")
    first = save_item(item, "de", {"title": "Beginn"}, portal)
    save_item(item, "en", {**values_of(item, "en"), "text": "<p>New.</p>"}, portal)
    save_item(item, "de", {"title": "Neuer Beginn"}, portal)
    assert not is_outdated(item, item.texts["de"])
    revert(item, first.number, portal)
    assert is_outdated(item, item.texts["de"])


def test_who_works_on_another_library_translates_nothing_of_this_one(made, browser_of, root):
    theirs = root["networks"]["vascern"]["library"]
    grant(root["people"].person_of_login(OUTSIDER), Role.EDITOR, theirs)
    transaction.commit()
    item = made("page", "Not theirs", published=True)
    browser_of(OUTSIDER).get(resource_path(item, "edit"), {"language": "de"}, status=403)
