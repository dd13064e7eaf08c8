"""Editing: what is saved, what is kept while typing, and that nothing is overwritten in silence."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.resources import HTML, MARKDOWN
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.cms.conftest import EDITOR, OUTSIDER, READER, REVIEWER


def edit(browser, item, **query):
    page = browser.get(resource_path(item, "edit"), query)
    return page, page.forms["form"]


def test_a_text_from_a_file_when_only_its_title_changes_stays_the_file_it_was(
    office, browser_of, root
):
    page = root["library"]["welcome"]
    before = page.texts["en"].text
    _shown, form = edit(browser_of(EDITOR), page)
    form["title"] = "A warm welcome"
    form.submit().follow()
    transaction.abort()
    text = page.texts["en"]
    assert (text.title, text.text, text.syntax) == ("A warm welcome", before, MARKDOWN)


def test_a_text_when_changed_is_kept_as_clean_html(office, browser_of, root, app):
    page = root["library"]["image-viewer"]
    _shown, form = edit(browser_of(EDITOR), page)
    form["text"] = '<p class="MsoNormal">New<script>alert(1)</script> <b>words</b></p>'
    form["note"] = "Shorter"
    form.submit().follow()
    transaction.abort()
    text = page.texts["en"]
    assert (text.text, text.syntax) == ("<p>New <strong>words</strong></p>", HTML)
    assert page.versions[page.version].note == "Shorter"
    assert "<strong>words</strong>" in app.get(resource_path(page))


def test_links_are_kept_by_identity_and_shown_where_things_stand(office, browser_of, made, app):
    target = made("page", "Target", published=True)
    source = made("page", "Source", text='<p><a href="/library/target#part">x</a></p>')
    assert f'href="/resolve/{target.__oid__}#part"' in source.texts["en"].text
    read = browser_of(EDITOR).get(resource_path(source))
    assert read.html.select_one(".prose a")["href"] == "/library/target#part"
    assert app.get(f"/resolve/{target.__oid__}").location.endswith("/library/target/")
    assert "sign-in" in app.get(f"/resolve/{source.__oid__}").location


def test_what_is_typed_is_kept_until_it_is_saved(office, browser_of, made):
    item, editor = made("page", "Drafted", text="<p>Old.</p>"), browser_of(EDITOR)
    _shown, form = edit(editor, item)
    form["text"] = "<p>Half a sent</p>"
    sent = editor.post(resource_path(item, "draft"), form.submit_fields())
    assert sent.json == {"held_by": None}
    assert "Half a sent" not in editor.get(resource_path(item))
    again, form = edit(editor, item)
    assert form["text"].value == "<p>Half a sent</p>"
    assert "did not save" in again
    again.forms[1].submit() if "form" not in again.forms[1].fields else None
    form.submit()
    assert "did not save" not in edit(editor, item)[0]


def test_a_second_editor_is_told_and_may_take_over(office, browser_of, made, root):
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, root["library"])
    transaction.commit()
    item = made("page", "Held", text="<p>Old.</p>")
    first, second = browser_of(EDITOR), browser_of(REVIEWER)
    _shown, form = edit(first, item)
    first.post(resource_path(item, "draft"), form.submit_fields())
    transaction.abort()
    name = root["people"].person_of_login(EDITOR).title
    shown, other = edit(second, item)
    assert f"{name} is editing this" in " ".join(shown.html.main.text.split())
    told = second.post(resource_path(item, "draft"), other.submit_fields(), status=409)
    assert told.json["held_by"] == name
    taken = next(f for f in shown.forms.values() if f.action.endswith("/take-over"))
    taken.submit().follow()
    first.post(resource_path(item, "draft"), form.submit_fields(), status=409)
    second.post(resource_path(item, "draft"), other.submit_fields(), status=200)


def test_a_lock_when_nobody_types_any_more_is_gone(office, browser_of, made, clock, root):
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, root["library"])
    transaction.commit()
    item, first = made("page", "Left", text="<p>Old.</p>"), browser_of(EDITOR)
    _shown, form = edit(first, item)
    first.post(resource_path(item, "draft"), form.submit_fields())
    second = browser_of(REVIEWER)
    assert "last typed" in edit(second, item)[0]
    clock.advance(minutes=11)
    assert "last typed" not in edit(second, item)[0]


def test_two_who_save_the_same_text_see_both_before_one_replaces_the_other(
    office, browser_of, made, root
):
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, root["library"])
    transaction.commit()
    item = made("page", "Contested", text="<p>First words.</p>")
    _one, mine = edit(browser_of(EDITOR), item)
    _two, theirs = edit(browser_of(REVIEWER), item)
    theirs["text"] = "<p>Their words.</p>"
    theirs.submit().follow()
    mine["text"] = "<p>My words.</p>"
    refused = mine.submit(status=422)
    transaction.abort()
    assert item.texts["en"].text == "<p>Their words.</p>"
    assert "Their" in refused.html.select_one(".changes").text
    again = refused.forms["form"]
    assert again["text"].value == "<p>My words.</p>"
    again["mine"] = True
    again.submit().follow()
    transaction.abort()
    assert item.texts["en"].text == "<p>My words.</p>"
    assert item.versions[item.version - 1].text.text == "<p>Their words.</p>"


@pytest.mark.parametrize("name", ["edit", "history", "sharing", "translations", "preview"])
def test_who_works_on_another_library_opens_nothing_of_this_one(name, made, browser_of, root):
    grant(
        root["people"].person_of_login(OUTSIDER),
        Role.EDITOR,
        root["networks"]["vascern"]["library"],
    )
    transaction.commit()
    private, public = made("page", "Private one"), made("page", "Public one", published=True)
    outsider = browser_of(OUTSIDER)
    outsider.get(resource_path(private, name), status=404)
    outsider.get(resource_path(public, name), status=403)


def test_opening_the_form_writes_nothing(office, browser_of, made, site):
    item, editor = made("page", "Looked at", text="<p>x</p>"), browser_of(EDITOR)
    database = site.registry._zodb_databases[""]
    before = database.lastTransaction()
    for name in ("", "edit", "history", "translations", "preview", "links"):
        editor.get(resource_path(item, name) if name else resource_path(item))
    editor.get("/library/contents")
    assert database.lastTransaction() == before


def test_what_is_typed_of_a_new_page_is_kept_until_it_is_added(office, browser_of, root):
    editor = browser_of(EDITOR)
    form = editor.get("/library/add", {"kind": "page"}).forms["form"]
    form["title"], form["text"] = "Begun", "<p>Half a</p>"
    sent = editor.post("/library/new-draft", form.submit_fields())
    assert sent.json == {"held_by": None}
    assert "not saved" in editor.get("/library/add")
    again = editor.get("/library/add", {"kind": "page"})
    assert "did not save" in again
    assert again.forms["form"]["text"].value == "<p>Half a</p>"
    again.forms["form"].submit().follow()
    assert editor.get("/library/add", {"kind": "page"}).forms["form"]["title"].value == ""


def test_a_draft_of_a_new_page_is_seen_by_who_typed_it_alone_and_can_be_forgotten(
    office, browser_of, root
):
    grant(office[Role.REVIEWER], Role.EDITOR, root["library"])
    transaction.commit()
    editor = browser_of(EDITOR)
    form = editor.get("/library/add", {"kind": "news"}).forms["form"]
    form["title"] = "Mine alone"
    editor.post("/library/new-draft", form.submit_fields())
    assert "Mine alone" not in browser_of(REVIEWER).get("/library/add", {"kind": "news"})
    shown = editor.get("/library/add", {"kind": "news"})
    forget = next(one for one in shown.forms.values() if one.action.endswith("/drop-new-draft"))
    assert "Mine alone" not in forget.submit().follow()


def test_who_may_not_add_keeps_no_draft_of_a_new_page(office, browser_of, root):
    theirs = root["networks"]["vascern"]["library"]
    grant(root["people"].person_of_login(OUTSIDER), Role.EDITOR, theirs)
    transaction.commit()
    for login in (READER, OUTSIDER):
        browser_of(login).get("/library/add", {"kind": "page"}, status=403)


def test_the_language_of_a_new_page_is_chosen_by_its_name(office, browser_of, root):
    form = browser_of(EDITOR).get("/library/add", {"kind": "page"}).forms["form"]
    assert ("de", False, "Deutsch") in form["in_language"].options
    form["in_language"], form["title"] = "de", "Zuerst auf Deutsch"
    form.submit().follow()
    transaction.abort()
    item = root["library"]["zuerst-auf-deutsch"]
    assert item.original == "de" and list(item.texts) == ["de"]


def test_the_language_of_a_collection_is_chosen_by_its_name(office, browser_of, root):
    form = browser_of(EDITOR).get("/library/add", {"kind": "collection"}).forms["form"]
    assert ("fr", False, "Français") in form["language"].options
    form["title"], form["language"] = "French", "fr"
    form.submit().follow()
    transaction.abort()
    assert root["library"]["french"].about["language"] == "fr"
