"""A reader on a phone: searches, reads a guide, follows a question, writes to the helpdesk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import scrolls_sideways, violations

pytestmark = pytest.mark.storages("filestorage")  # what is shown does not depend on the storage
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def phone(chromium):
    """A page on a telephone."""
    page = chromium.new_page(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page.set_default_timeout(20_000)
    return page


def fits(page):
    """No barrier, nothing wider than the phone; ``CPMS_PICTURES=folder`` keeps what was seen."""
    folder = os.environ.get("CPMS_PICTURES")
    if folder:
        number = len(list(Path(folder).iterdir()))
        page.screenshot(path=str(Path(folder) / f"reader {number}.png"), full_page=True)
    assert violations(page) == []
    assert not scrolls_sideways(page), page.url


def test_a_reader_finds_the_way_from_a_search_to_the_helpdesk(phone, served, publish):
    publish("guide", title="Setting up a phone", text="<p>In three steps.</p>", tags=["start"],
            steps=[{"title": "Open My account", "text": "<p>Then choose a factor.</p>"},
                   {"title": "Scan the square", "text": "<p>With the app.</p>"}])  # fmt: skip
    publish("faq", title="Asked often", tags=["start"], questions=[
        {"theme": "Phones", "question": "What if the phone is lost?",
         "answer": "<p>Ask for a new factor.</p>"}])  # fmt: skip
    phone.goto(f"{served}/library/search")
    field = phone.get_by_label("Words to look for")
    field.press_sequentially("setting up")
    expect(phone.get_by_role("option", name="Setting up a phone Guide")).to_be_visible()
    fits(phone)
    field.press("Enter")
    expect(phone.locator(".found mark").first).to_be_visible()
    fits(phone)

    phone.get_by_role("link", name="Setting up a phone", exact=True).click()
    expect(phone.get_by_role("heading", name="Scan the square")).to_be_visible()
    fits(phone)
    phone.get_by_role("button", name="Yes").click()
    expect(phone.get_by_text("Thank you.")).to_be_visible()

    phone.goto(f"{served}/library/search?q=phone+lost")
    phone.get_by_role("link", name="What if the phone is lost?").click()
    assert "#" in phone.url
    expect(phone.get_by_text("Ask for a new factor.")).to_be_in_viewport()
    fits(phone)

    phone.goto(f"{served}/support")
    fits(phone)
    phone.get_by_role("link", name="Ask a question").click()
    fits(phone)
    phone.get_by_label("What is it about?").select_option("sign_in")
    phone.get_by_label("Your question").fill("Patient Anna Muster, born 3.4.1961, is missing")
    phone.get_by_label("Your name").fill("Karl Visitor")
    phone.get_by_label("E-mail").fill("karl@clinic.invalid")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator(".field-problem")).to_be_visible()
    fits(phone)
    phone.get_by_label("Your question").fill("My phone is lost.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Look into your mailbox")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/library/sitemap", "/library/changes", "/library/tags", "/library/search?q=nowhere"]
)
def test_the_ways_through_a_library_fit_a_phone_and_have_no_barrier(phone, served, path):
    phone.goto(served + path)
    fits(phone)


def test_a_title_is_chosen_while_one_types_on_any_page_by_keyboard_alone(phone, served, publish):
    publish(title="Axolotl one", text="<p>First.</p>")
    publish(title="Axolotl two", text="<p>Second.</p>")
    phone.goto(f"{served}/library/privacy")
    field = phone.get_by_role("combobox", name="Search the library")
    phone.get_by_label("Search the library").focus()
    expect(field).to_have_attribute("aria-expanded", "false")
    phone.keyboard.type("axolotl")
    expect(phone.get_by_role("option")).to_have_count(2)
    assert field.get_attribute("aria-expanded") == "true"
    fits(phone)
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("option")).to_have_count(0)
    phone.keyboard.type(" ")
    expect(phone.get_by_role("option")).to_have_count(2)
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("ArrowDown")
    chosen = phone.get_by_role("option", selected=True)
    assert chosen.get_attribute("id") == field.get_attribute("aria-activedescendant")
    title = chosen.locator("span").inner_text()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_a_long_page_on_a_phone_has_its_contents_first_and_tables_in_a_box(phone, served, publish):
    cells = "".join(f"<td>Cell number {number}</td>" for number in range(9))
    text = f"<h2>One</h2><p>a</p><h2>Two</h2><table><tr>{cells}</tr><tr>{cells}</tr></table>"
    publish(title="Long page", text=f"{text}<h2>Three</h2><pre>{'x' * 200}</pre><p>z</p>")
    phone.goto(f"{served}/library/long-page")
    fits(phone)
    phone.locator("summary", has_text="On this page").click()
    phone.get_by_role("link", name="Three").click()
    expect(phone.get_by_role("heading", name="Three")).to_be_in_viewport()
    box = phone.get_by_role("group", name="Table")
    assert box.evaluate("node => node.scrollWidth > node.clientWidth")
    box.focus()
    phone.keyboard.press("ArrowRight")
    for _number in range(100):
        if box.evaluate("node => node.scrollLeft > 0"):
            break
        phone.wait_for_timeout(50)
    assert box.evaluate("node => node.scrollLeft > 0")


def test_on_paper_every_answer_is_open(phone, served, publish):
    publish("faq", title="Printed", questions=[
        {"theme": "T", "question": "Why?", "answer": "<p>Because of the paper.</p>"}])  # fmt: skip
    phone.goto(f"{served}/library/printed")
    answer = phone.get_by_text("Because of the paper.")
    expect(answer).to_be_hidden()
    phone.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(answer).to_be_visible()
    phone.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(answer).to_be_hidden()


def test_a_search_is_used_by_keyboard_alone(phone, served, publish):
    publish(title="Keyboard page", text="<p>typewriter</p>")
    phone.goto(f"{served}/library/search")
    phone.get_by_label("Words to look for").focus()
    phone.keyboard.type("typewriter")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**q=typewriter**")
    link = phone.get_by_role("link", name="Keyboard page")
    for _number in range(40):
        if link.evaluate("node => node === document.activeElement"):
            break
        phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Keyboard page")).to_be_visible()
