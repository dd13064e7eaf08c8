"""The table of contents in Chromium: order by drag and by keyboard, many at once, files dropped."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.queries.items import items_in
from tests.cms.conftest import EDITOR, REVIEWER, clean_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same
NAMES = ("One", "Two", "Three", "Four")
#: Puts a file on the drop zone as a hand would.
DROP = """(zone) => {
  const carried = new DataTransfer();
  carried.items.add(new File(["Words of a note."], "note.txt", { type: "text/plain" }));
  for (const name of ["dragenter", "dragover", "drop"]) {
    const how = { dataTransfer: carried, bubbles: true, cancelable: true };
    zone.dispatchEvent(new DragEvent(name, how));
  }
}"""


@pytest.fixture
def folder(office, made):
    """A folder with four pages."""
    place = made("folder", "Shelf", published=True)
    for name in NAMES:
        made("page", name, into=place)
    return place


@pytest.fixture
def table(folder, page_of):
    """The table of that folder, open for an editor."""
    page = page_of(EDITOR)
    page.goto(resource_path(folder, "contents"))
    return page


def shown(page):
    return page.locator("#batch tbody th").all_inner_texts()


def kept(folder, portal):
    transaction.abort()
    return [item.title for item in items_in(folder, portal)]


def tick(page, *names):
    for name in names:
        page.check(f"#batch input[name=name][value={name}]")


def press(page, act):
    page.click(f"#batch button[value={act}]")
    page.wait_for_load_state()


def test_the_table_stands_without_a_barrier_light_and_dark(table, page_of, folder):
    clean_at_both_widths(table)
    dark = page_of(EDITOR, scheme="dark")
    dark.goto(resource_path(folder, "contents"))
    clean_at_both_widths(dark)


def test_a_row_is_dragged_to_its_place(table, folder, portal):
    row = table.locator("tr[data-name=four]")
    with table.expect_response(lambda answer: answer.url.endswith("/order")):
        row.drag_to(table.locator("tr[data-name=two]"), target_position={"x": 80, "y": 3})
    table.wait_for_selector("text=Moved.", state="attached")
    assert shown(table) == ["One", "Four", "Two", "Three"] == kept(folder, portal)
    low = table.locator("tr[data-name=three]")
    height = low.bounding_box()["height"]
    with table.expect_response(lambda answer: answer.url.endswith("/order")):
        table.locator("tr[data-name=one]").drag_to(low, target_position={"x": 80, "y": height - 3})
    table.wait_for_function("document.querySelector('#batch tbody tr').dataset.name === 'four'")
    assert shown(table) == ["Four", "Two", "Three", "One"] == kept(folder, portal)


def test_rows_are_moved_by_keyboard_alone(table, folder, portal):
    box = table.locator("input[name=name][value=three]")
    box.focus()
    with table.expect_response(lambda answer: answer.url.endswith("/order")):
        table.keyboard.press("Alt+ArrowUp")
    table.wait_for_selector("text=Moved.", state="attached")
    assert shown(table) == ["One", "Three", "Two", "Four"] == kept(folder, portal)
    assert box.evaluate("box => box === document.activeElement")
    table.wait_for_timeout(50)
    with table.expect_response(lambda answer: answer.url.endswith("/order")):
        table.keyboard.press("Alt+ArrowDown")
    table.wait_for_function(
        "document.querySelectorAll('#batch tbody tr')[2].dataset.name === 'three'"
    )
    assert kept(folder, portal) == list(NAMES)
    table.keyboard.press("Space")
    table.locator("#row").focus()
    table.keyboard.type("1")
    table.keyboard.press("Tab")
    table.keyboard.press("Enter")
    table.wait_for_selector("text=Moved to row 1.")
    assert shown(table) == ["Three", "One", "Two", "Four"] == kept(folder, portal)


def test_many_are_changed_at_once(table, folder, portal):
    tick(table, "one", "two")
    press(table, "down")
    table.wait_for_selector("text=Moved down.")
    assert kept(folder, portal) == ["Three", "One", "Two", "Four"]
    tick(table, "one", "three")
    table.fill("#add_tags", "first-steps")
    press(table, "tags")
    table.wait_for_selector("text=Tags changed.")
    table.locator("[data-tick-all]").check()
    table.fill("#shown_from", "2030-01-02T10:00")
    press(table, "dates")
    table.wait_for_selector("text=Dates changed.")
    tick(table, "four")
    table.fill("#new_name", "fourth")
    press(table, "rename")
    table.wait_for_selector("text=Renamed.")
    tick(table, "one", "two")
    table.select_option("#step", "submit")
    table.fill("#comment", "Please look.")
    press(table, "state")
    table.wait_for_selector("text=Done.")
    transaction.abort()
    assert folder["one"].tags == folder["three"].tags == ("first-steps",)
    assert not folder["two"].tags and folder["two"].state == folder["one"].state == "in_review"
    assert folder["fourth"].shown_from is not None and "four" not in folder
    clean_at_both_widths(table)


def test_cut_copy_paste_and_remove(table, folder, portal, made):
    other = made("folder", "Other shelf")
    tick(table, "one", "two")
    press(table, "cut")
    table.goto(resource_path(other, "contents"))
    clean_at_both_widths(table)
    table.click("text=Paste here")
    table.wait_for_selector("text=Pasted.")
    assert shown(table) == ["One", "Two"] == kept(other, portal)
    assert kept(folder, portal) == ["Three", "Four"]
    tick(table, "two")
    press(table, "copy")
    table.goto(resource_path(folder, "contents"))
    table.click("text=Paste here")
    table.wait_for_selector("text=Pasted.")
    assert kept(folder, portal) == ["Three", "Four", "Two"] and "two" in other
    tick(table, "three", "four")
    press(table, "discard")
    table.wait_for_selector("text=Moved to the trash.")
    assert shown(table) == ["Two"] == kept(folder, portal)
    clean_at_both_widths(table)
    table.click("text=Undo")
    table.wait_for_selector("text=Taken back: 2.")
    assert kept(folder, portal) == ["Three", "Four", "Two"]


def test_nothing_ticked_or_a_wrong_row_is_said_and_changes_nothing(table, folder, portal):
    press(table, "cut")
    table.wait_for_selector("text=Tick something first.")
    tick(table, "one")
    table.fill("#row", "0")
    press(table, "place")
    table.wait_for_selector("text=Say the number of a row, from 1.")
    assert kept(folder, portal) == list(NAMES)


def test_files_are_dropped_on_the_table(table, folder):
    table.locator("[data-drop-zone]").evaluate(DROP)
    table.wait_for_selector(".drop-zone-files >> text=note.txt")
    clean_at_both_widths(table)
    table.click(".upload-line .button")
    table.wait_for_selector("text=Files taken: 1.")
    assert "note" in " ".join(shown(table)).lower()


def test_the_table_is_filtered_sorted_and_turned_without_script(folder, browser_of, made):
    for number in range(52):
        made("page", f"Sheet {number:02}", into=folder)
    editor = browser_of(REVIEWER)
    page = editor.get(resource_path(folder, "contents"))
    rows = [one.text.strip() for one in page.html.select("#batch tbody th")]
    assert len(rows) == 50 and rows[:4] == list(NAMES)
    following = page.html.select_one(".pagination a[rel=next], .pagination a")
    rest = editor.get(following["href"]).html.select("#batch tbody th")
    assert len(rest) == 6
    jump = next(form for form in page.forms.values() if "words" in form.fields)
    jump["row"] = "40"
    rows = jump.submit().html.select("#batch tbody th")
    assert [one.text.strip() for one in rows][0] == "Sheet 35" and len(rows) == 17
    found = editor.get(resource_path(folder, "contents") + "?words=sheet+07").html
    assert [one.text.strip() for one in found.select("#batch tbody th")] == ["Sheet 07"]
    by_title = editor.get(resource_path(folder, "contents") + "?sort=title&down=1").html
    assert by_title.select_one("#batch tbody th").text.strip() == "Two"
