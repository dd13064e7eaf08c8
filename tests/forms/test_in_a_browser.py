"""The form and the style guide in Chromium: no violation, by keyboard, in light and dark."""

from __future__ import annotations

import threading

import pytest
from waitress.server import create_server

from tests.browser.chromium import close_windows, scrolls_sideways, violations
from tests.forms.gallery import KEPT, EnrolSample, gallery


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Serve the gallery under the policy of the portal, and return its address."""
    EnrolSample.taken.clear()
    site = gallery(tmp_path_factory.mktemp("site"))
    site.config.add_tween("cpms_portal.security.headers.guard_tween")
    server = create_server(site.config.make_wsgi_app(), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@pytest.fixture
def open_page(chromium, base):
    """Return a function that opens a path; what the browser complains of fails the test."""
    complaints = []

    def complain(message):
        if message.type == "error" and "the server responded" not in message.text:
            complaints.append(message.text)

    KEPT.clear()

    def open_path(path, width=1280, scheme="light", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(base + path)
        return page

    yield open_path
    close_windows(chromium)
    assert not complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["/enrol", "/system/style", "/nothing"])
def test_axe_finds_no_violation_and_nothing_scrolls_sideways(open_page, path, width, scheme):
    """WCAG 2.2 AA as far as a machine can see it, and reflow at 320 px."""
    page = open_page(path, width, scheme)
    assert violations(page) == []
    assert not scrolls_sideways(page)


def test_a_refused_form_has_no_violation_and_takes_the_reader_to_its_problems(open_page):
    """The summary has the focus, and its links lead to the fields."""
    page = open_page("/enrol")
    page.click(".form-actions .is-primary")
    page.wait_for_selector(".problem-summary:focus")
    assert violations(page) == []
    page.click(".problem-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "form-identity-family_name"


def test_a_diagnosis_is_found_by_keyboard_alone(open_page):
    """Type, go down, Enter; a cross takes it away again."""
    page = open_page("/enrol")
    field = page.get_by_role("combobox", name="Diagnosis")
    field.press_sequentially("wils")
    page.wait_for_selector("[role=option]")
    assert field.get_attribute("aria-expanded") == "true"
    assert violations(page) == []
    field.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    field.press("Enter")
    assert not page.locator(".picker >> nth=0").locator("input[type=text]").is_visible()
    assert page.evaluate("document.activeElement.ariaLabel") == "Remove: Wilson disease"
    chosen = page.locator(".picker >> nth=0").locator("input[name=chosen]")
    assert chosen.input_value() == "ORPHA|2025|905|Wilson disease"
    page.get_by_role("button", name="Remove: Wilson disease").press("Enter")
    assert chosen.count() == 0
    field.press_sequentially("wi")
    page.wait_for_selector("[role=option]")
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"


def test_rows_come_and_go_at_once_and_arrive_in_order(open_page):
    """Without leaving the page; ids stay single."""
    page = open_page("/enrol")
    page.click("[data-row-add]")
    rows = page.locator("ol.rows-body > li")
    assert rows.count() == 2
    assert page.evaluate("document.activeElement.closest('li') === "
                         "document.querySelector('ol.rows-body > li:last-child')")  # fmt: skip
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(found => found.id)")
    assert len(ids) == len(set(ids))
    rows.nth(1).locator("input[name=test]").fill("Zinc")
    rows.nth(0).locator("[data-row-remove]").click()
    assert rows.count() == 1
    assert rows.nth(0).locator("input[name=test]").input_value() == "Zinc"


def test_a_draft_is_kept_while_one_types_and_an_unkept_one_is_not_left_silently(open_page):
    """The note says when it was kept."""
    page = open_page("/enrol")
    page.fill("#form-question", "Which treatment?")
    assert page.evaluate("document.querySelector('#form').dataset.dirty") == "true"
    page.get_by_text("Draft saved").wait_for()
    assert page.evaluate("document.querySelector('#form').dataset.dirty") is None


def test_the_theme_is_switched_at_once_and_remembered(open_page):
    """The next page comes in the chosen one from its first paint."""
    page = open_page("/enrol")
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground


def test_the_whole_form_works_without_script(open_page):
    """Typed code, added row, all saved."""
    EnrolSample.taken.clear()
    page = open_page("/enrol", java_script_enabled=False)
    page.fill("#form-labs-0-test", "Copper")
    page.fill("#form-labs-0-value", "12")
    page.click("[data-row-add]")
    page.fill("#form-labs-1-test", "Zinc")
    page.fill("#form-labs-1-value", "9,5")
    page.fill("#form-identity-family_name", "Heron")
    page.fill("#form-identity-born", "2017-03-04")
    page.check("#form-sex-0")
    page.fill("#form-diagnosis", "ORPHA:905")
    page.select_option("#form-area", "child")
    page.fill("#form-question", "Which treatment?")
    page.press("#form-mail", "Enter")
    assert page.text_content("body") == "taken"
    assert [row["test"] for row in EnrolSample.taken["labs"]] == ["Copper", "Zinc"]


def test_a_question_is_asked_before_something_that_cannot_be_undone(open_page):
    """Back does nothing, yes goes on."""
    page = open_page("/enrol")
    page.evaluate(
        """() => {
            const form = document.querySelector('#form');
            form.dataset.confirm = 'Withdraw the consent?';
            form.addEventListener('submit', (event) => {
                event.preventDefault();
                form.dataset.sent = 'yes';
            });
        }"""
    )
    page.click(".form-actions .is-primary")
    assert page.get_by_role("dialog", name="Withdraw the consent?").is_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Back").click()
    assert page.evaluate("document.querySelector('#form').dataset.sent") is None
    page.click(".form-actions .is-primary")
    page.locator("dialog .is-primary").click()
    page.wait_for_selector("#form[data-sent=yes]")
