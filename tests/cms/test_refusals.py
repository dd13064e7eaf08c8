"""What the office is told: refusals at the field with all that was typed, and who does what."""

from __future__ import annotations

import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.copies import working_copy_of
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import values_of
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.cms.conftest import EDITOR, OUTSIDER, READER, REVIEWER


def step_form(page):
    return next(one for one in page.forms.values() if one.action.endswith("/step"))


def test_a_step_without_the_comment_it_needs_is_told_beside_the_comment(
    office, browser_of, made, portal
):
    item = made("page", "Not good yet", text="<p>x</p>")
    transition(item, "submit", portal)
    transaction.commit()
    reviewer = browser_of(REVIEWER)
    shown = reviewer.get(resource_path(item))
    assert "required" in shown.html.select_one("#bar-comment").attrs
    publish, back = (
        shown.html.select_one(f"button[value={step}]") for step in ("publish", "return")
    )
    assert "formnovalidate" in publish.attrs and "formnovalidate" not in back.attrs
    refused = step_form(shown).submit("step", value="return", status=422)
    assert "Please say why." in refused.html.select_one(".bar-panel .field-problem").text
    transaction.abort()
    assert item.state == "in_review"


def test_a_step_somebody_else_took_first_is_told_and_the_comment_is_kept(
    office, browser_of, made, portal
):
    item = made("folder", "Taken twice")
    shown = browser_of(EDITOR).get(resource_path(item))
    transition(item, "submit", portal)
    transaction.commit()
    form = step_form(shown)
    form["comment"] = "Please look at the second part."
    refused = form.submit("step", value="submit", status=422)
    assert step_form(refused)["comment"].value == "Please look at the second part."


def test_a_right_for_nobody_known_is_refused_at_the_field_and_what_was_typed_is_kept(
    office, browser_of, made
):
    item = made("page", "Shared with nobody")
    page = browser_of(REVIEWER).get(resource_path(item, "sharing"))
    form = page.forms["form"]
    form["person.typed"], form["role"] = "nobody@example.org", "editor"
    refused = form.submit(status=422)
    again = refused.forms["form"]
    assert (again["person.typed"].value, again["role"].value) == ("nobody@example.org", "editor")
    assert (
        "Nobody here has this address or name."
        in refused.html.select_one("#form-person-error").text
    )
    form["person.typed"] = ""
    told = form.submit(status=422).html.select_one("#form-person-error").text
    assert "Name a person or choose a group" in told


def test_a_right_is_given_by_name_and_taken_away(office, browser_of, made, root, actor_of):
    item = made("page", "Shared by name")
    reader = root["people"].person_of_login(READER)
    reviewer = browser_of(REVIEWER)
    page = reviewer.get(resource_path(item, "sharing"))
    assert page.html.select_one("[data-picker]")["data-suggest"] == "/people/suggest"
    form = page.forms["form"]
    form["person.typed"] = reader.__name__
    shown = form.submit().follow()
    transaction.abort()
    assert actor_of(READER).may("page:view", item)
    taken = next(one for one in shown.forms.values() if "act" in one.fields)
    taken.submit().follow()
    transaction.abort()
    assert not actor_of(READER).may("page:view", item)


def test_the_original_tells_of_its_working_copy_and_the_copy_of_changes(
    office, browser_of, made, portal, app
):
    item = made("page", "Copied", text="<p>First.</p>", published=True)
    copy = working_copy_of(item, portal)
    transaction.commit()
    editor = browser_of(EDITOR)
    shown = editor.get(resource_path(item))
    assert shown.click("Open the working copy").request.path.rstrip("/") == resource_path(copy)
    assert "working copy" not in app.get(resource_path(item))
    assert "was changed after this copy" not in editor.get(resource_path(copy))
    save_item(item, "en", {**values_of(item, "en"), "text": "<p>Second.</p>"}, portal)
    transaction.commit()
    told = editor.get(resource_path(copy))
    assert "was changed after this copy" in told
    assert told.click("See what changed").html.select_one(".changes ins").text == "Second"
    transition(copy, "publish", portal)
    transaction.commit()
    assert "There is a working copy" not in editor.get(resource_path(item))


def test_who_is_editing_is_told_where_the_page_is_read_by_its_editors_alone(
    office, browser_of, made, root, app
):
    item = made("page", "Being written", text="<p>x</p>", published=True)
    editor = browser_of(EDITOR)
    form = editor.get(resource_path(item, "edit")).forms["form"]
    editor.post(resource_path(item, "draft"), form.submit_fields())
    name = root["people"].person_of_login(EDITOR).title
    assert f"{name} is editing this now" in " ".join(
        browser_of(REVIEWER).get(resource_path(item)).html.main.text.split()
    )
    for other in (editor, browser_of(OUTSIDER), app):
        assert "is editing this now" not in other.get(resource_path(item))


def test_dates_and_places_are_compared_as_well_as_words(office, browser_of, made, portal):
    values = {"begins": None, "place": "Hamburg", "text": "<p>Come.</p>"}
    item = made("event", "Meeting", **values)
    save_item(item, "en", {**values_of(item, "en"), "place": "Bremen"}, portal)
    transaction.commit()
    shown = browser_of(EDITOR).get(resource_path(item, "history"), {"old": "1", "new": "2"})
    assert shown.html.select_one(".changes ins").text == "Bremen"


def test_a_preview_can_be_that_of_any_role(office, browser_of, made):
    item = made("page", "Seen by whom", text="<p>x</p>")
    reviewer = browser_of(REVIEWER)
    page = reviewer.get(resource_path(item, "preview"), {"role": Role.GUEST.value})
    assert "They do not see this page at all" in page
    page = reviewer.get(resource_path(item, "preview"), {"role": Role.ADMINISTRATOR.value})
    assert "with the edit bar" in page
    reviewer.get(resource_path(item, "preview"), {"role": "lead"}, status=404)
