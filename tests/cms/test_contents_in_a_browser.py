"""The table of contents in Chromium: order by drag and by keyboard, many at once, files dropped."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.queries.items import items_in
from tests.cms.conftest import EDITOR, REVIEWER, clean_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same
NAMES = ("One", "Two", "Three", "Four")
#: Puts two files on the drop zone as a hand would.
DROP = """(zone) => {
  const carried = new DataTransfer();
  carried.items.add(new File(["Words of a note."], "note.txt", { type: "text/plain" }));
  carried.items.add(new File(["<script>"], "page.html", { type: "text/html" }));
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
    table.wait_for_selector("#batch tbody tr:first-child[data-name=four]")
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
    table.wait_for_selector("#batch tbody tr:nth-child(3)[data-name=three]")
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
    assert table.locator("#batch input[name=name]:checked").count() == 2
    table.uncheck("#batch input[value=two]")
    tick(table, "three")
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
    table.wait_for_selector("text=State changed: 2.")
    tick(table, "one", "three")
    table.select_option("#step", "submit")
    press(table, "state")
    table.wait_for_selector("text=State changed: 1. In that state already: 1.")
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
    table.wait_for_selector("text=Moved to the trash: 2.")
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


def test_files_are_dropped_on_the_table_and_each_says_what_became_of_it(table, folder):
    table.locator("[data-drop-zone]").evaluate(DROP)
    table.wait_for_selector(".drop-zone-files >> text=note.txt")
    clean_at_both_widths(table)
    table.click(".upload-line .button")
    table.wait_for_selector(".drop-zone-files .is-success >> text=Taken")
    refused = table.inner_text(".drop-zone-files .is-danger")
    assert refused.startswith("page.html\nFiles of this kind are not taken here")
    table.wait_for_selector("#batch tbody th >> text=note")
    clean_at_both_widths(table)
    table.locator("tr[data-name=note] input").focus()
    with table.expect_response(lambda answer: answer.url.endswith("/order")):
        table.keyboard.press("Alt+ArrowUp")
    table.wait_for_selector("#batch tbody tr:last-child:not([data-name=note])")


def test_a_large_file_that_broke_off_goes_on_where_it_stopped(table, folder, tmp_path):
    film = tmp_path / "film.mp4"
    with film.open("wb") as out:
        out.write(b"\0\0\0\x18ftypmp42")
        out.truncate(18 * 1024 * 1024)
    pieces = []

    def only_the_first(route):
        if route.request.method != "PUT":
            return route.continue_()
        pieces.append(route)
        return route.continue_() if len(pieces) == 1 else route.fulfill(status=503)

    table.route("**/pieces/*", only_the_first)
    table.set_input_files("#files", film)
    table.click(".upload-line .button")
    table.wait_for_selector(".drop-zone-files >> text=The connection is away")
    table.unroute("**/pieces/*")
    table.on("dialog", lambda asked: asked.accept())
    table.goto(resource_path(folder, "contents"))
    table.wait_for_selector(".drop-zone-files >> text=Not finished: 8.0 MB of 18 MB arrived.")
    clean_at_both_widths(table)
    sent = []
    table.on("request", lambda asked: sent.append(asked) if asked.method == "PUT" else None)
    table.set_input_files("#files", film)
    table.click(".upload-line .button")
    table.wait_for_selector(".drop-zone-files .is-success >> text=Taken")
    assert [one.headers.get("x-offset") for one in sent] == ["8388608", "16777216", None]
    transaction.abort()
    assert folder["film"].file_for("").size == film.stat().st_size


def test_rows_go_to_other_pages_of_the_table_and_are_shown_there(folder, made, page_of, portal):
    for number in range(56):
        made("page", f"Sheet {number:02}", into=folder)
    page = page_of(EDITOR)
    page.goto(resource_path(folder, "contents") + "?start=50")
    first = page.locator("#batch input[name=name]").first
    name = first.input_value()
    first.focus()
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_url("**/contents?start=0#item-sheet-46")
    page.wait_for_selector(f"#item-{name}:focus")
    assert shown(page)[-1] == "Sheet 46"
    page.keyboard.press("Alt+Home")
    page.wait_for_selector("#batch tbody tr:first-child[data-name=sheet-46]")
    page.keyboard.press("Alt+End")
    page.wait_for_url("**/contents?start=50#item-sheet-46")
    page.wait_for_selector(f"#item-{name}:focus")
    assert kept(folder, portal)[-1] == "Sheet 46"
    boxes = page.locator("#batch input[name=name]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    assert page.locator("#batch input[name=name]:checked").count() == 3
    going = shown(page)[:3]
    page.fill("#row", "2")
    press(page, "place")
    page.wait_for_selector("text=Moved to row 2.")
    assert shown(page)[1:4] == going == kept(folder, portal)[1:4]
    assert page.locator("#batch input[name=name]:checked").count() == 3
    assert page.locator("tr:has(:target) .handle-cell").inner_text() == "2"


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
