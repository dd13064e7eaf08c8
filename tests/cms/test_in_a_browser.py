"""An editor in Chromium: write, review, publish, translate, move, throw away and restore."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pypdf
import pytest
import transaction
from PIL import Image
from pyramid.traversal import resource_path

from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.browser.chromium import scrolls_sideways, violations
from tests.cms.conftest import EDITOR, REVIEWER, clean_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same


CENTRE = "/networks/rare-liver/germany/de40"


def png():
    out = io.BytesIO()
    Image.new("RGB", (900, 500), "teal").save(out, "PNG")
    return out.getvalue()


def test_an_editor_writes_and_a_reviewer_publishes_what_everybody_reads(
    office, page_of, root, made
):
    target = made("page", "Linked from the editor", published=True)
    editor = page_of(EDITOR)
    editor.goto("/library/contents")
    editor.set_input_files("#files", {"name": "sea.png", "mimeType": "image/png", "buffer": png()})
    editor.click(".upload-line .button")
    editor.wait_for_selector("text=Uploaded: 1 of 1.")
    editor.goto("/library/add?kind=page")
    editor.fill("#form-title", "Written in a browser")
    body = editor.locator(".ql-editor").first
    body.click()
    editor.keyboard.type("First words. ")
    editor.click(".editor-tool.is-bold")
    editor.keyboard.type("Strong words.")
    editor.click(".editor-tool.is-bold")
    editor.keyboard.press("Enter")
    editor.keyboard.type("A warning.")
    editor.click(".editor-tool.is-attention")
    editor.keyboard.press("Enter")
    editor.click(".editor-tool.is-p")
    for tool, words in (("picture", "sea"), ("link", "Linked from")):
        editor.click(f".editor-tool.is-{tool}")
        editor.fill("dialog input[type=search]", words)
        option = editor.locator(".pick-option", has_text=words).first
        option.click()
        if tool == "picture":
            editor.fill("dialog input[id$=words]", "")
            editor.click("dialog .button.is-primary")
            assert editor.locator("dialog").count() == 1, "it asks what the picture shows"
            clean_at_both_widths(editor)
            editor.check("dialog input[id$=decorative]")
            assert editor.locator("dialog input[id$=words]").is_disabled()
            editor.uncheck("dialog input[id$=decorative]")
            editor.fill("dialog input[id$=words]", "A calm sea")
        editor.click("dialog .button.is-primary")
        editor.wait_for_selector("dialog", state="detached")
    clean_at_both_widths(editor)
    editor.click("#form .form-actions .button.is-primary")
    editor.wait_for_selector(".edit-bar")
    assert editor.locator(".prose strong").inner_text() == "Strong words."
    assert editor.locator(".prose .callout-attention").inner_text() == "A warning."
    assert editor.locator(".prose img").get_attribute("alt") == "A calm sea"
    assert editor.locator(".prose a").get_attribute("href") == resource_path(target)
    editor.locator(".bar-menu summary").first.click()
    clean_at_both_widths(editor)
    editor.fill("#bar-comment", "Please look at it.")
    editor.click("button[value=submit]")
    editor.wait_for_selector("text=In review")
    address = editor.url
    reviewer = page_of(REVIEWER)
    reviewer.goto("/library/review")
    assert "Please look at it." in reviewer.inner_text("main")
    clean_at_both_widths(reviewer)
    reviewer.click("text=Written in a browser")
    reviewer.locator(".bar-menu summary").first.click()
    reviewer.click("button[value=publish]")
    reviewer.wait_for_selector("text=Published")
    reader = page_of(width=390)
    reader.goto(address)
    assert reader.inner_text("h1") == "Written in a browser"
    assert not violations(reader) and not scrolls_sideways(reader)


def test_an_editor_translates_moves_throws_away_and_restores(office, page_of, root, made):
    folder = made("folder", "Another place", published=True)
    page = made("page", "On the move", text="<p>Good day.</p>")
    editor = page_of(EDITOR)
    editor.goto(resource_path(page, "translations"))
    clean_at_both_widths(editor)
    editor.click("a[href*='language=fr']")
    editor.fill("#form-title", "En route")
    body = editor.locator(".ql-editor").first
    body.click()
    editor.keyboard.press("Control+A")
    editor.keyboard.type("Bonjour.")
    with editor.expect_response(lambda answer: answer.url.endswith("/draft")):
        pass
    clean_at_both_widths(editor)
    editor.click("#form .form-actions .button.is-primary")
    editor.wait_for_selector("text=Bonjour.")
    editor.goto(resource_path(page, "history"))
    clean_at_both_widths(editor)
    editor.goto("/library/contents?words=move")
    clean_at_both_widths(editor)
    editor.check(f"input[value='{page.__name__}']")
    editor.click("button[value=cut]")
    editor.goto(resource_path(folder, "contents"))
    editor.click("text=Paste here")
    editor.wait_for_selector("text=Pasted.")
    editor.goto("/library/on-the-move")
    assert editor.url.endswith("/another-place/on-the-move/")
    editor.goto(resource_path(folder, "contents"))
    editor.check(f"input[value='{page.__name__}']")
    editor.click("button[value=discard]")
    editor.wait_for_selector("text=Moved to the trash: 1.")
    editor.goto("/library/trash")
    clean_at_both_widths(editor)
    editor.click("button[value=restore]")
    editor.wait_for_selector("text=Restored.")
    assert editor.inner_text("h1") == "On the move"
    transaction.abort()
    assert page.__parent__ is folder and page.texts["fr"].text == "<p>Bonjour.</p>"


def test_pages_of_every_kind_and_of_the_office_stand_without_a_barrier(office, page_of, made):
    steps = [{"title": "Do it", "text": "<p>So.</p>", "picture": None, "alternative": ""}] * 3
    asked = [{"anchor": "", "theme": "Access", "question": "Who?", "answer": "<p>You.</p>"}]
    guide = made("guide", "A guide", steps=steps, published=True)
    faq = made("faq", "Asked", questions=asked, published=True)
    contact = made("contact", "The helpdesk", mail="a@example.org", hours="9 to 12", published=True)
    reader = page_of(scheme="dark")
    for item in (guide, faq, contact):
        reader.goto(resource_path(item))
        clean_at_both_widths(reader)
    reader.goto(f"{resource_path(faq)}#who")
    assert reader.locator("#who").get_attribute("open") is not None
    reviewer = page_of(REVIEWER)
    for name in ("sharing", "preview", "links"):
        reviewer.goto(resource_path(guide, name))
        clean_at_both_widths(reviewer)
    reviewer.goto("/library/broken-links")
    clean_at_both_widths(reviewer)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_clinician_takes_the_form_in_the_language_of_the_patient_while_enrolling(page_of, width):
    clinician = page_of(EDITOR, width=width)
    clinician.goto(f"{CENTRE}/enrol")
    clinician.click('a[href^="/library/consent-forms"]')
    assert clinician.locator("text=The PDFs carry the name of your hospital").count()
    wrong = violations(clinician) + ["sideways"] * scrolls_sideways(clinician)
    row = clinician.locator("tr", has=clinician.locator("th", has_text="Українська"))
    with clinician.expect_download() as taken:
        row.locator("a.button", has_text="Download PDF").click()
    assert taken.value.suggested_filename == "consent-form-uk.pdf"
    with open(taken.value.path(), "rb") as got:
        fields = pypdf.PdfReader(got).get_fields()
        assert fields["centre"].value == "Universitätsklinikum Hamburg-Eppendorf"
    row.locator("a", has_text="Read").click()
    clinician.wait_for_url("**/consent-forms/uk/**")
    assert clinician.locator("#f-centre").input_value() == fields["centre"].value
    wrong += violations(clinician) + ["sideways"] * scrolls_sideways(clinician)
    assert not wrong, "\n".join(wrong)


def test_a_library_goes_out_as_a_zip_and_what_comes_back_is_shown_first(
    office, page_of, made, root, tmp_path, portal
):
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, root["library"])
    page = made("page", "Travels", text="<p>Stays here.</p>", published=True)
    reviewer = page_of(REVIEWER)
    reviewer.goto("/library/as-files")
    clean_at_both_widths(reviewer)
    with reviewer.expect_download() as download:
        reviewer.click("text=Download as ZIP")
    changed = tmp_path / "back.zip"
    with ZipFile(download.value.path()) as old, ZipFile(changed, "w") as new:
        content = old.read("library/en/travels.md").replace(b"Stays here", b"Has been away")
        new.writestr("library/en/travels.md", content)
        new.writestr("library/en/wrong.md", content.replace(b"syntax: html", b"kind: event"))
    reviewer.set_input_files("#files", changed)
    reviewer.click("text=Show what would change")
    reviewer.click("main summary >> nth=0")
    reviewer.wait_for_selector("main details[open] ins >> text=away")
    reviewer.wait_for_selector("text=Cannot be taken")
    clean_at_both_widths(reviewer)
    transaction.abort()
    assert "Stays here" in page.texts["en"].text
    reviewer.click("text=Take what is ticked")
    reviewer.wait_for_selector("text=Files taken: 1.")
    reviewer.goto(resource_path(page))
    reviewer.wait_for_selector("text=Has been away.")
