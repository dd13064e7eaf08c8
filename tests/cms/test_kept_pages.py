"""Pages kept in memory: each only for whom it was drawn, and only while it is still true."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.moving import rename_item, show_between
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.views import kept
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.cms.conftest import EDITOR, OUTSIDER, READER


@pytest.fixture
def drawn(registry, monkeypatch):
    """Count how often a page was drawn, not taken from memory."""
    seen = []
    true = kept.page_of

    def counted(response, request, *rest):
        seen.append(request.path_qs)
        return true(response, request, *rest)

    monkeypatch.setattr(kept, "page_of", counted)
    # Kept from the first time on; that it takes two is a test of its own.
    monkeypatch.setattr(kept.KeptPages, "was_asked_before", lambda _pages, _key: True)
    registry.cpms_kept_pages = kept.KeptPages(1_000_000)
    return seen


NUMBER = count(1)


@pytest.fixture
def page(made):
    """A published page."""
    title = f"Kept page {next(NUMBER)}"
    return made("page", title, text="<p>First words.</p>", published=True)


@pytest.fixture
def path(page):
    """Where the page stands."""
    return resource_path(page)


def nonce_of(answer):
    header = answer.headers["Content-Security-Policy"]
    return re.search(r"'nonce-([^']+)'", header)[1]


def test_a_page_when_asked_again_is_not_drawn_again(app, page, path, drawn):
    first, second = app.get(path), app.get(path)
    assert len(drawn) == 1
    assert first.html.select_one("main") == second.html.select_one("main")


def test_a_page_is_kept_from_the_second_time_on(app, page, path, registry):
    registry.cpms_kept_pages = pages = kept.KeptPages(1_000_000)
    mark = app.get(path).headers["ETag"]
    assert not pages._pages
    app.get(path, headers={"If-None-Match": mark}, status=304)
    assert len(pages._pages) == 1


def test_every_answer_has_a_nonce_of_its_own_in_header_and_page(app, page, path, drawn):
    answers = [app.get(path) for _time in range(3)]
    assert len({nonce_of(answer) for answer in answers}) == 3
    for answer in answers:
        scripts = answer.html.select("script")
        assert scripts and {one["nonce"] for one in scripts} == {nonce_of(answer)}
    assert len(drawn) == 1


def test_every_visitor_has_a_token_of_their_own_that_counts(app, browser_of, page, path, drawn):
    other = browser_of()
    tokens = []
    for browser in (app, other):
        answer = browser.get(path)
        found = {one["value"] for one in answer.html.select("input[name=csrf_token]")}
        assert len(found) == 1
        tokens += found
        browser.post("/theme", {"csrf_token": tokens[-1], "theme": "dark"}, status=303)
    assert len(drawn) == 1
    assert tokens[0] != tokens[1]
    other.post("/theme", {"csrf_token": tokens[0], "theme": "dark"}, status=400)


def test_a_page_that_the_browser_has_is_not_sent_again(app, page, path, drawn):
    first = app.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert set(first.headers["Vary"].split(", ")) == {"Accept-Language", "Cookie"}
    same = app.get(path, headers={"If-None-Match": first.headers["ETag"]}, status=304)
    assert not same.body
    assert same.headers["ETag"] == first.headers["ETag"]
    # The page in the browser has the nonce of its own header: that stays.
    assert "Content-Security-Policy" not in same.headers


def test_a_page_of_another_visit_is_sent_again(app, browser_of, page, path, drawn):
    mark = app.get(path).headers["ETag"]
    browser_of().get(path, headers={"If-None-Match": mark}, status=200)


def test_a_change_of_the_text_is_seen_at_once(app, page, path, drawn, root, portal):
    mark = app.get(path).headers["ETag"]
    save_item(page, "en", {"title": page.title, "text": "<p>Other words.</p>"}, portal)
    transaction.commit()
    answer = app.get(path, headers={"If-None-Match": mark}, status=200)
    assert "Other words." in answer and "First words." not in answer


def test_a_page_when_retracted_is_gone_at_once(app, page, path, drawn, portal):
    app.get(path, status=200)
    transition(page, "retract", portal, reason="Wrong.")
    transaction.commit()
    app.get(path, status=303)
    assert page.title not in app.get("/library")


def test_a_page_when_renamed_is_found_where_it_stands_now(app, page, path, drawn, portal):
    app.get(path, status=200)
    rename_item(page, "other-name", portal)
    transaction.commit()
    assert app.get(path, status=301).location.endswith("/library/other-name/")
    assert "First words." in app.get("/library/other-name")


def test_what_a_listing_says_of_a_page_changes_with_it(app, page, path, made, drawn, portal):
    app.get("/library")
    made("page", "Came later", published=True)
    assert "Came later" in app.get("/library")
    transition(page, "retract", portal, reason="Wrong.")
    transaction.commit()
    assert page.title not in app.get("/library")


def test_a_link_leads_to_where_its_target_stands_now(app, page, path, made, drawn, portal):
    text = f'<p><a href="/resolve/{page.__oid__}">There</a></p>'
    made("page", "Points there", text=text, published=True)
    assert f'href="{path}"' in app.get("/library/points-there")
    rename_item(page, "elsewhere", portal)
    transaction.commit()
    assert 'href="/library/elsewhere"' in app.get("/library/points-there")


def test_a_page_that_begins_or_ends_is_shown_to_the_second(app, page, path, drawn, clock, portal):
    begins = clock.time + timedelta(seconds=100)
    show_between(page, begins, begins + timedelta(seconds=50), portal)
    transaction.commit()

    def seen_at(seconds):
        clock.time = begins + timedelta(seconds=seconds)
        listed = page.title in app.get("/library")
        assert app.get(path).status_int == (200 if listed else 303)
        return listed

    moments = (-2, -0.1, 0, 0.2, 49, 49.9, 50, 51)
    assert [one for one in moments if seen_at(one)] == [0, 0.2, 49, 49.9]
    # A clock that was set back finds no page of the time after.
    assert not seen_at(-1)
    assert seen_at(1)


def test_what_an_editor_sees_is_given_to_nobody_else(app, office, browser_of, page, path, drawn):
    editor = browser_of(EDITOR)
    mine = editor.get(path)
    assert mine.html.select(".edit-bar")
    assert mine.headers["Cache-Control"] == "no-store" and "ETag" not in mine.headers
    for other in (app, browser_of(READER), browser_of(OUTSIDER)):
        answer = other.get(path)
        assert not answer.html.select(".edit-bar")
        assert "rareliverhpuser1" not in answer
    assert editor.get(path).html.select(".edit-bar")


def test_an_editor_sees_no_page_of_a_visitor(app, office, browser_of, page, path, drawn):
    app.get(path)
    assert browser_of(EDITOR).get(path).html.select(".edit-bar")
    assert not app.get(path).html.select(".edit-bar")


def test_two_sessions_of_one_person_have_tokens_of_their_own(office, browser_of, page, path, drawn):
    tokens = set()
    for browser in (browser_of(EDITOR), browser_of(EDITOR)):
        for _time in range(2):
            answer = browser.get(path)
            tokens |= {one["value"] for one in answer.html.select("input[name=csrf_token]")}
    assert len(tokens) == 2


def test_a_right_that_was_taken_away_counts_no_more(office, browser_of, page, path, drawn, root):
    editor = browser_of(EDITOR)
    assert editor.get(path).html.select(".edit-bar")
    editor.get(f"{path}/edit", status=200)
    revoke(office[Role.EDITOR], Role.EDITOR, root["library"])
    transaction.commit()
    assert not editor.get(path).html.select(".edit-bar")
    assert editor.get(f"{path}/edit", expect_errors=True).status_int in (403, 404)


def test_a_right_that_ends_by_itself_counts_until_then(browser_of, page, path, drawn, root, clock):
    person = root["people"].person_of_login(READER)
    grant(person, Role.EDITOR, root["library"], until=clock.time + timedelta(seconds=60))
    transaction.commit()
    browser = browser_of(READER)
    assert browser.get(path).html.select(".edit-bar")
    clock.advance(seconds=61)
    assert not browser.get(path).html.select(".edit-bar")


def test_after_signing_out_nothing_of_it_is_shown(office, browser_of, page, path, drawn):
    browser = browser_of(EDITOR)
    shown = browser.get(path)
    browser.post("/sign-out", {"csrf_token": shown.html.select_one("[name=csrf_token]")["value"]})
    assert not browser.get(path).html.select(".edit-bar")


def test_a_private_page_is_kept_for_its_editor_alone(app, office, browser_of, made, drawn):
    made("page", "Not yet", text="<p>Secret words.</p>")
    editor = browser_of(EDITOR)
    for _time in range(2):
        assert "Secret words." in editor.get("/library/not-yet")
        assert app.get("/library/not-yet").status_int == 303
        assert "Secret words." not in browser_of(OUTSIDER).get("/library/not-yet", status="*")


def test_languages_and_looks_are_kept_apart(app, page, path, drawn):
    def read(wished, **cookies):
        for name, value in cookies.items():
            app.set_cookie(name, value)
        return app.get(path, headers={"Accept-Language": wished}).html

    english, german = read("en").html, read("de").html
    assert (english["lang"], german["lang"]) == ("en", "de")
    assert read("de", language="fr").html["lang"] == "fr"
    assert read("en", theme="dark").html["data-theme"] == "dark"
    assert "data-theme" not in german.attrs
    assert len(drawn) == 4


def test_the_form_of_a_page_holds_what_is_true_when_it_is_asked_for(
    office, browser_of, page, path, drawn, root
):
    editor, other = browser_of(EDITOR), browser_of(EDITOR)
    address = f"{path}/edit"
    for _time in range(2):
        assert "First words." in editor.get(address)
    form = editor.get(address).forms["form"]
    form["text"] = "<p>Saved words.</p>"
    form.submit(status=303)
    assert "Saved words." in other.get(address)
    assert "Saved words." in editor.get(address)
    # Two forms from memory are sent one after the other: the second is told.
    mine, theirs = editor.get(address).forms["form"], other.get(address).forms["form"]
    mine["text"], theirs["text"] = "<p>Mine.</p>", "<p>Theirs.</p>"
    mine.submit(status=303)
    theirs.submit(status=422)


def test_a_message_is_shown_once(office, browser_of, page, path, drawn):
    editor = browser_of(EDITOR)
    editor.get(path)
    form = editor.get(f"{path}/edit").forms["form"]
    told = form.submit(status=303).follow()
    assert told.html.select("main .notice[role=status]")
    for _time in range(2):
        assert not editor.get(path).html.select("main .notice[role=status]")


def test_no_more_is_kept_than_the_portal_says(app, page, path, made, registry, drawn):
    registry.cpms_kept_pages = pages = kept.KeptPages(60_000)
    for number in range(12):
        app.get(f"{path}?number={number}")
    assert 0 < len(pages._pages) < 12
    assert pages._size <= 60_000


def searched(browser, words):
    return browser.get("/library/search", {"q": words}, status=200)


def test_a_search_when_asked_again_is_not_made_again(app, made, drawn):
    made("page", "Okapi", text="<p>It is an okapi.</p>", published=True)
    assert "/library/okapi" in searched(app, "okapi")
    assert "/library/okapi" in searched(app, "okapi")
    assert len([path for path in drawn if "okapi" in path]) == 1


def test_a_search_finds_what_was_published_since(app, made, drawn):
    assert "/library/quokka" not in searched(app, "quokka")
    made("page", "Quokka", text="<p>It is a quokka.</p>", published=True)
    assert "/library/quokka" in searched(app, "quokka")


def test_a_search_says_nothing_of_what_was_retracted_or_changed(app, made, drawn, portal):
    one = made("page", "Dugong", text="<p>It eats.</p>", published=True)
    other = made("page", "Sea cow", text="<p>It is a dugong.</p>", published=True)
    found = searched(app, "dugong")
    assert "/library/dugong" in found and "/library/sea-cow" in found
    transition(one, "retract", portal, reason="Wrong.")
    save_item(other, "en", {"title": "Sea cow", "text": "<p>It is none.</p>"}, portal)
    transaction.commit()
    found = searched(app, "dugong")
    assert "/library/dugong" not in found and "/library/sea-cow" not in found


def test_a_search_shows_what_begins_and_ends_to_the_second(app, page, drawn, clock, portal):
    save_item(page, "en", {"title": page.title, "text": "<p>An aardvark.</p>"}, portal)
    begins = clock.time + timedelta(seconds=10)
    show_between(page, begins, begins + timedelta(seconds=10), portal)
    transaction.commit()
    path = resource_path(page)
    for seconds, is_found in ((0, False), (9, False), (1, True), (9, True), (1, False)):
        clock.advance(seconds=seconds)
        assert (path in searched(app, "aardvark")) is is_found


def test_a_search_of_an_editor_is_given_to_nobody_else(app, office, browser_of, made, drawn):
    made("page", "Pangolin", text="<p>A pangolin.</p>")
    editor = browser_of(EDITOR)
    assert "/library/pangolin" in searched(editor, "pangolin")
    assert "/library/pangolin" not in searched(app, "pangolin")
    assert "/library/pangolin" not in searched(browser_of(OUTSIDER), "pangolin")
    assert "/library/pangolin" in searched(editor, "pangolin")
