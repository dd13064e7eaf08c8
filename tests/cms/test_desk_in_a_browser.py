"""What else an editor does, in Chromium: pick, preview, share, take over, schedule, replace."""

from __future__ import annotations

from datetime import timedelta

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.core.resources import oid_of
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.browser.chromium import scrolls_sideways, violations
from tests.cms.conftest import EDITOR, READER, REVIEWER

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same
SAVE = "#form .form-actions .button.is-primary"


@pytest.fixture
def office(office, root):
    """The office, whose reviewer edits as well."""
    grant(office[Role.REVIEWER], Role.EDITOR, root["library"])
    transaction.commit()
    return office


def fits(page):
    """Say that a page has no barrier and fits a screen and a phone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert not violations(page), page.url
        assert not scrolls_sideways(page), (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_related_items_and_the_picture_of_a_step_are_picked_from_the_tree(
    office, page_of, made, root
):
    folder = made("folder", "Shelf to open", published=True)
    inside = made("page", "Stands on the shelf", into=folder, published=True)
    step = {"title": "Look", "text": "<p>So.</p>", "picture": None, "alternative": ""}
    guide = made("guide", "With a picture", steps=[step], published=True)
    editor = page_of(EDITOR, scheme="dark")
    editor.goto(resource_path(guide, "edit"))
    editor.click("button[aria-label='Choose: Related']")
    row = editor.locator(".pick-results li", has_text="Shelf to open")
    row.locator("button[aria-label^='Open:']").focus()
    editor.keyboard.press("Enter")
    editor.wait_for_selector(".pick-here strong:has-text('Shelf to open')")
    option = editor.locator(".pick-option", has_text="Stands on the shelf")
    option.focus()
    editor.keyboard.press("Space")
    assert option.get_attribute("aria-pressed") == "true"
    fits(editor)
    editor.click("dialog .button.is-primary")
    editor.wait_for_selector(".picked:has-text('Stands on the shelf')")
    editor.click("button[aria-label='Choose: Picture']")
    editor.fill("dialog input[type=search]", "enrol")
    editor.locator(".pick-option", has_text="pictures/enrol").first.click()
    editor.click("dialog .button.is-primary")
    editor.wait_for_selector(".picked img")
    fits(editor)
    editor.click(SAVE)
    editor.wait_for_selector(".step img")
    assert editor.locator(".related a", has_text="Stands on the shelf").count() == 1
    fits(editor)
    transaction.abort()
    assert guide.about["related"] == [oid_of(inside)]
    assert guide.texts["en"].more["steps"][0]["picture"] == oid_of(
        root["library"]["pictures"]["enrol"]
    )
    editor.goto(resource_path(guide, "edit"))
    editor.click("button[aria-label='Take out: Stands on the shelf']")
    editor.click(SAVE)
    editor.wait_for_selector(".step")
    assert editor.locator(".related a", has_text="Stands on the shelf").count() == 0


def test_who_is_editing_is_told_when_somebody_takes_over(office, page_of, made):
    page = made("page", "Held by one", text="<p>Before.</p>")
    first, second = page_of(EDITOR), page_of(REVIEWER)
    first.goto(resource_path(page, "edit"))
    with first.expect_response(lambda answer: answer.url.endswith("/draft")):
        first.fill("#form-summary", "Mine.")
    second.goto(resource_path(page, "edit"))
    assert "is editing this" in second.inner_text("main")
    fits(second)
    second.click("text=Take it over and tell them")
    second.wait_for_selector("text=You are editing this now")
    with first.expect_response(lambda answer: answer.url.endswith("/draft")) as answered:
        first.fill("#form-summary", "Mine, more.")
    assert answered.value.status == 409
    first.wait_for_selector("[data-taken]:not([hidden])")
    assert "is editing this now" in first.inner_text("[data-taken]")


def test_a_page_is_seen_as_somebody_else_and_shared(office, page_of, made, root):
    page = made("page", "For few", text="<p>Not for all.</p>")
    chief = page_of("siteadmin")
    chief.goto(resource_path(page, "preview"))
    chief.select_option("#role", index=0)
    chief.click("text=Look")
    chief.wait_for_selector("text=They do not see this page at all.")
    fits(chief)
    mail = root["people"].person_of_login(READER).mail
    chief.goto(resource_path(page, "sharing"))
    chief.fill("#form-person", mail)
    chief.check(f"input[name=role][value={Role.READER}]")
    chief.click("text=Give >> nth=-1")
    chief.wait_for_selector("td:has-text('this place')")
    fits(chief)
    reader = page_of(READER, width=390)
    reader.goto(resource_path(page))
    assert "Not for all." in reader.inner_text("main")
    chief.click("td button:has-text('Take away')")
    chief.wait_for_load_state("networkidle")
    assert reader.reload().status == 404


def test_a_page_appears_by_itself_at_its_time(office, page_of, made, clock):
    page = made("page", "To come", text="<p>News.</p>")
    reviewer = page_of(REVIEWER)
    reviewer.goto(resource_path(page, "edit"))
    later = clock.time + timedelta(days=1)
    reviewer.fill("[name=shown_from]", later.strftime("%Y-%m-%dT%H:%M"))
    reviewer.click(SAVE)
    reviewer.locator(".bar-menu summary").first.click()
    reviewer.click("button[value=publish]")
    reviewer.wait_for_selector(".edit-bar .chip:has-text('Published')")
    reviewer.locator(".bar-menu summary").first.click()
    assert "Readers see it from" in reviewer.inner_text(".bar-panel")
    reader = page_of(width=390)
    assert reader.goto(resource_path(page)).status != 200 or "News." not in reader.inner_text(
        "main"
    )
    clock.advance(days=2)
    reader.goto(resource_path(page))
    assert "News." in reader.inner_text("main")


def test_a_working_copy_replaces_the_page_when_it_is_published(office, page_of, made):
    page = made("page", "Out already", text="<p>Old words.</p>", published=True)
    reviewer = page_of(REVIEWER)
    reviewer.goto(resource_path(page))
    reviewer.locator(".bar-menu summary").nth(1).click()
    reviewer.click("text=Make a working copy")
    reviewer.wait_for_selector("text=This is a working copy")
    fits(reviewer)
    reviewer.goto(reviewer.url.rstrip("/") + "/edit")
    reviewer.fill("#form-summary", "New words.")
    reviewer.click(SAVE)
    reader = page_of(width=390)
    reader.goto(resource_path(page))
    assert "New words." not in reader.inner_text("main")
    reviewer.locator(".bar-menu summary").first.click()
    reviewer.click("button[value=publish]")
    reviewer.wait_for_load_state("networkidle")
    reader.reload()
    assert "New words." in reader.inner_text("main")
    reviewer.goto(resource_path(page, "history"))
    assert reviewer.locator("tbody tr").count() >= 2
    fits(reviewer)


def test_a_page_is_translated_with_the_original_beside(office, page_of, made):
    question = {
        "anchor": "",
        "theme": "Basics",
        "question": "Who?",
        "answer": "<p>You <b>do</b>.</p>",
    }
    page = made("faq", "Asked often", questions=[question], published=True)
    editor = page_of(EDITOR)
    editor.goto(resource_path(page, "translations"))
    editor.locator("tr", has_text="Deutsch").locator("a.button").click()
    editor.wait_for_selector(".row .ql-editor")
    said, own = (
        editor.locator(f".row .has-beside:has(#form-questions-0-answer) > {part}")
        for part in (".beside", ".field-own")
    )
    assert said.bounding_box()["x"] < own.bounding_box()["x"], "side by side on a wide page"
    fits(editor)
    editor.set_viewport_size({"width": 390, "height": 900})
    assert said.bounding_box()["y"] < own.bounding_box()["y"], "above the field on a phone"
    said.locator("summary").click()
    assert not said.locator(".beside-said").is_visible(), "it can be folded away"
    said.locator("summary").click()
    said.locator("button").click()
    assert editor.locator(".row .ql-editor strong").inner_text() == "do"
    assert not said.locator("button").is_visible(), "what is typed is not copied over"
    editor.fill("#form-title", "Oft gefragt")
    editor.fill("#form-questions-0-question", "Wer?")
    editor.click(SAVE)
    editor.wait_for_selector(".edit-bar")
    reader = page_of(width=390)
    reader.goto(f"{resource_path(page)}?language=de")
    assert "Wer?" in reader.inner_text("main")
