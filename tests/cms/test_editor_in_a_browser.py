"""The editor of texts in Chromium: by keyboard alone, what is pasted, and what is changed later."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from tests.cms.conftest import EDITOR, clean_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same
SAVE = "#form .form-actions .button.is-primary"
TEXT = ".ql-editor"
#: As Word puts it on the clipboard: its lists are paragraphs with a style of its own.
FROM_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"><head><style>
@list l0:level1 {mso-level-number-format:bullet;}
</style></head><body lang=EN-GB><!--StartFragment-->
<h1>Big heading</h1>
<p class=MsoNormal><b><span lang=EN-GB style='font-size:11.0pt;color:red'>Bold<o:p></o:p></span>
</b></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]>
<span style='mso-list:Ignore'>·</span><![endif]><span lang=EN-GB>First point<o:p></o:p></span></p>
<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]>
<span style='mso-list:Ignore'>·</span><![endif]><span lang=EN-GB>Second point</span></p>
<table class=MsoTableGrid border=1><tr><td width=100 style='border:solid'><p class=MsoNormal>Name
<o:p></o:p></p></td><td>Dose</td></tr><tr><td>A</td><td>5 mg</td></tr></table>
<p class=MsoNormal><a href="https://example.org/">A link</a><img src="file:///c:/x.png"></p>
<!--EndFragment--></body></html>"""
PASTE = """html => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  document.querySelector(".ql-editor").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
PASTE_PICTURE = """() => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "x.png", { type: "image/png" }));
  document.querySelector(".ql-editor").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def adding(office, page_of, root):
    """An editor who begins a page and stands in its text."""
    root["library"].editing = None  # what was begun before is forgotten
    transaction.commit()
    page = page_of(EDITOR)
    page.goto("/library/add?kind=page")
    page.fill("#form-title", "Written by keyboard")
    page.locator(TEXT).first.click()
    return page


def stands_in_text(page):
    return "ql-editor" in page.evaluate("document.activeElement.className")


def tool(page, name):
    """Use a tool by keyboard: one step back into the bar, the arrow keys, Enter."""
    page.keyboard.press("Shift+Tab")
    for _ in range(25):
        if f"is-{name}" in page.evaluate("document.activeElement.className"):
            return page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
    raise AssertionError(name)


def test_the_tab_key_leaves_the_text_both_ways(adding):
    adding.keyboard.type("Words.")
    adding.keyboard.press("Tab")
    assert adding.evaluate("document.activeElement.name") == "tags"
    adding.keyboard.press("Shift+Tab")
    assert stands_in_text(adding)
    adding.keyboard.press("Shift+Tab")
    assert "editor-tool" in adding.evaluate("document.activeElement.className")


def test_a_table_is_made_filled_and_left_by_keyboard_alone(adding):
    tool(adding, "table")
    assert stands_in_text(adding)
    for words in ("Name", "Dose", "When", "A"):
        adding.keyboard.type(words)
        adding.keyboard.press("Tab")
    adding.keyboard.press("Shift+Tab")
    adding.keyboard.type("spirin")
    assert stands_in_text(adding)
    adding.keyboard.press("Escape")
    adding.keyboard.press("Tab")
    assert adding.evaluate("document.activeElement.name") == "tags"
    clean_at_both_widths(adding)
    adding.click(SAVE)
    adding.wait_for_selector(".edit-bar")
    heads = adding.locator(".prose th").all_inner_texts()
    assert heads == ["Name", "Dose", "When"]
    assert adding.locator(".prose td").first.inner_text() == "Aspirin"


def test_the_tools_say_what_is_on_where_the_cursor_stands(adding):
    adding.keyboard.press("Control+B")
    adding.keyboard.type("Strong")
    pressed = ".editor-tool[aria-pressed=true]"
    assert adding.locator(pressed).all_inner_texts() == ["Bold"]
    adding.click(".editor-tool.is-h2")
    assert adding.locator(pressed).all_inner_texts() == ["Heading", "Bold"]
    clean_at_both_widths(adding)


def test_a_link_is_changed_and_taken_away(office, page_of, made):
    target = made("page", "Another target", published=True)
    page = made("page", "Linking", text='<p>See <a href="https://example.org/">this page</a>.</p>')
    editor = page_of(EDITOR)
    editor.goto(resource_path(page, "edit"))
    editor.locator(f"{TEXT} a").first.click()
    editor.click(".editor-tool.is-link")
    assert editor.input_value("dialog input[id$=address]") == "https://example.org/"
    editor.fill("dialog input[type=search]", "Another target")
    editor.locator(".pick-option", has_text="Another target").first.click()
    clean_at_both_widths(editor)
    editor.click("dialog .button.is-primary")
    editor.click(SAVE)
    editor.wait_for_selector(".edit-bar")
    assert editor.locator(".prose a").inner_text() == "this page"
    assert editor.locator(".prose a").get_attribute("href") == resource_path(target)
    editor.goto(resource_path(page, "edit"))
    editor.locator(f"{TEXT} a").first.click()
    editor.click(".editor-tool.is-link")
    editor.click("dialog button[value=remove]")
    editor.click(SAVE)
    editor.wait_for_selector(".edit-bar")
    assert editor.locator(".prose").inner_text() == "See this page."
    assert not editor.locator(".prose a").count()


def test_what_a_picture_shows_is_said_anew_where_it_stands(office, page_of, root, made):
    picture = resource_path(root["library"]["pictures"]["enrol"])
    page = made("page", "Pictured", text=f'<p><img src="{picture}" alt="Old words"></p>')
    editor = page_of(EDITOR)
    editor.goto(resource_path(page, "edit"))
    editor.locator(f"{TEXT} img").first.click()
    editor.click(".editor-tool.is-picture")
    assert editor.input_value("dialog input[id$=words]") == "Old words"
    editor.fill("dialog input[id$=words]", "")
    editor.click("dialog .button.is-primary")
    assert editor.locator("dialog").count() == 1, "it asks what the picture shows"
    editor.fill("dialog input[id$=words]", "The form to enrol")
    editor.click("dialog .button.is-primary")
    editor.click(SAVE)
    editor.wait_for_selector(".edit-bar")
    assert editor.locator(".prose img").get_attribute("alt") == "The form to enrol"
    assert editor.locator(".prose img").count() == 1


def test_what_comes_from_word_is_headings_points_and_a_table(adding):
    # A page of its own: the browser reports the styles of Word that it does not apply.
    page = adding.context.new_page()
    page.goto("/library/add?kind=page")
    page.fill("#form-title", "From Word")
    page.locator(TEXT).first.click()
    page.evaluate(PASTE, FROM_WORD)
    page.wait_for_selector(f"{TEXT} table")
    page.click(SAVE)
    page.wait_for_selector(".edit-bar")
    text = page.inner_html(".prose")
    assert [one.inner_text() for one in page.locator(".prose ul li").all()] == [
        "First point",
        "Second point",
    ]
    assert page.locator(".prose h2").inner_text() == "Big heading"
    assert page.locator(".prose strong").inner_text().strip() == "Bold"
    assert page.locator(".prose th").all_inner_texts() == ["Name", "Dose"]
    assert not [one for one in ("Mso", "mso", "style", "o:p", "·", "<img", "span") if one in text]


def test_a_picture_that_is_pasted_is_not_lost_without_a_word(adding):
    adding.evaluate(PASTE_PICTURE)
    adding.wait_for_selector("text=Pictures are not pasted here")
    assert not adding.locator(f"{TEXT} img").count()
