"""The whole path in Chromium: sign-in, enrolment, record, a study, a panel, the outcome as PDF.

Three clinicians of three hospitals in three browsers; each page on the way is looked at by
axe-core, and none may make the browser complain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cpms_portal.core.settings import setting
from cpms_portal.identity.queries import training_code
from tests.browser.chromium import scrolls_sideways, violations
from tests.factories.dicom import StudyPlan, planted_person, study_files

pytestmark = pytest.mark.timeout(600)

CENTRE = "/networks/rare-liver/germany/de40"
ASKING, RADIOLOGIST, SURGEON = "rareliverhpuser1", "rareliverhpuser3", "rareliverhpuser4"
SLICES, SERIES = 105, 2


@dataclass
class Somebody:
    """A person at a browser of their own."""

    login: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, kind: str, text: str) -> None:
        """Note what the browser complains of; a refused form (422) is no complaint."""
        if kind == "error" and "status of 422" not in text:
            self.complaints.append(text)

    def look(self) -> None:
        """Hold the page against axe-core, and against a phone's width."""
        assert violations(self.page) == []
        self.page.set_viewport_size({"width": 390, "height": 800})
        assert not scrolls_sideways(self.page), self.page.url
        self.page.set_viewport_size({"width": 1280, "height": 800})

    def press(self, name: str) -> None:
        """Press a button of the page by its name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow a link of the page by its name."""
        self.page.get_by_role("link", name=name).first.click()


@pytest.fixture
def at_a_browser(chromium, served, site, clock) -> Iterator[Callable[[str], Somebody]]:
    """Sign somebody in by typing password and code."""
    opened = []

    def arrive(login: str) -> Somebody:
        context = chromium.new_context(base_url=served, viewport={"width": 1280, "height": 800})
        somebody = Somebody(login, context.new_page())
        opened.append((context, somebody))
        somebody.page.on(
            "console",
            lambda said: somebody.hear(said.type, said.text),
        )
        sign_in(somebody, site.registry)
        clock.advance(seconds=31)
        return somebody

    yield arrive
    complaints = [text for _context, somebody in opened for text in somebody.complaints]
    for context, _somebody in opened:
        context.close()
    assert complaints == []


def sign_in(somebody: Somebody, registry: Any) -> None:
    page = somebody.page
    page.goto("/sign-in")
    somebody.look()
    page.get_by_label("E-mail or account name").fill(somebody.login)
    page.get_by_label("Password", exact=True).fill(setting(registry, "cpms.training.password"))
    page.keyboard.press("Enter")
    page.locator("input[autocomplete=one-time-code]").fill(training_code(registry, somebody.login))
    somebody.look()
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-work")
    somebody.look()


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory) -> Path:
    """A folder with a study of 210 slices, as a hospital's disc has it, and what is not DICOM."""
    folder = tmp_path_factory.mktemp("disc")
    plan = StudyPlan(planted_person(7), series=SERIES, slices=SLICES, size=128, uid_seed="path")
    for name, content in study_files(plan):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "README.TXT").write_text("viewer for this disc")
    return folder


def enrol(somebody: Somebody) -> str:
    """Enrol a patient and return the address."""
    page = somebody.page
    somebody.follow("Enrol patient")
    somebody.look()
    somebody.press("Enrol patient")
    expect(page.get_by_text("things to look at")).to_be_visible()
    somebody.look()
    page.get_by_label("Given name").fill("Testina")
    page.get_by_label("Family name").fill("Erfunden")
    page.get_by_label("Date of birth").fill("1981-04-03")
    page.get_by_text("Female", exact=True).click()
    page.locator("#form-consents-care-given").fill("2026-11-02")
    somebody.press("Enrol patient")
    page.wait_for_url(re.compile(r"/patients/[a-z0-9]{8}/?$"))
    assert "Erfunden" not in page.content()
    somebody.look()
    return page.url.rstrip("/")


def fill_record(somebody: Somebody, patient: str) -> None:
    """Write a coded diagnosis, a history and a laboratory value."""
    page = somebody.page
    page.goto(f"{patient}/edit-section/diagnosis")
    page.get_by_text("Suspected", exact=True).click()
    page.locator("#form-disease").press_sequentially("primary sclerosing chol", delay=10)
    page.locator("[role=listbox] [role=option]").first.click()
    somebody.look()
    somebody.press("Save")
    page.goto(f"{patient}/edit-section/history")
    page.locator("main textarea").first.fill("Itching for two years. Ulcerative colitis.")
    somebody.look()
    somebody.press("Save")
    page.goto(f"{patient}/edit-section/laboratory")
    page.locator("#form-rows-0-analyte").fill("Alkaline phosphatase")
    page.locator("#form-rows-0-value").fill("388")
    page.locator("#form-rows-0-unit").fill("U/L")
    page.locator("#form-rows-0-high").fill("130")
    somebody.look()
    somebody.press("Save")
    page.goto(f"{patient}/record")
    expect(page.get_by_text("Primary sclerosing cholangitis").first).to_be_visible()
    expect(page.get_by_text("388").first).to_be_visible()
    somebody.look()


def send_study(somebody: Somebody, patient: str, folder: Path) -> None:
    """Drop the folder, wait for the receipt, look through the slices."""
    page = somebody.page
    page.goto(f"{patient}/studies")
    somebody.look()
    page.goto(f"{patient}/add-study")
    somebody.look()
    page.locator("input[webkitdirectory]").set_input_files(folder)
    stored = page.get_by_text(f"{SLICES * SERIES} images in {SERIES} series stored")
    expect(stored).to_be_visible(timeout=240_000)
    somebody.look()
    page.get_by_role("link", name="Look at the images").click()
    look_through(somebody)


def look_through(somebody: Somebody) -> None:
    """See the first image, go through the slices, change the window, zoom."""
    page = somebody.page
    status = page.locator("[data-status]")
    expect(status).to_contain_text(f"of {SLICES}", timeout=30_000)
    expect(page.locator("[data-message]")).to_be_hidden(timeout=30_000)
    first = pixels(page)
    assert len(set(first)) > 5
    stage = page.locator("[data-grid]")
    stage.focus()
    page.keyboard.press("End")
    expect(status).to_contain_text(f"{SLICES} of {SLICES}")
    expect(page.locator("[data-message]")).to_be_hidden()
    page.locator("[data-full-preset]").select_option("range")
    page.keyboard.press("Home")
    expect(status).to_contain_text(f"1 of {SLICES}")
    page.wait_for_timeout(300)
    assert pixels(page) != first
    stage.focus()
    page.keyboard.press("+")
    assert "%" in page.locator(".viewer-cell [data-corner=zoom]").inner_text()
    somebody.look()


def pixels(page: Page) -> list[int]:
    """Return grey values along the diagonal of what the canvas shows."""
    found: list[int] = page.evaluate(
        """() => {
        const canvas = document.querySelector('.viewer-image canvas');
        const brush = canvas.getContext('2d');
        return [...Array(60).keys()].map(step => brush.getImageData(
            Math.floor(canvas.width * step / 60), Math.floor(canvas.height * step / 60), 1, 1
        ).data[0]);
    }"""
    )
    return found


def open_panel(somebody: Somebody, patient: str) -> str:
    """Ask the network and lead the panel; return its address."""
    page = somebody.page
    page.goto(f"{patient}/open-panel")
    somebody.look()
    page.locator("#form-question").fill("Dominant stricture: dilate, stent or wait?")
    page.locator("#form-area").select_option("psc")
    page.get_by_text("myself").first.click()
    somebody.press("Open the panel")
    page.wait_for_url(re.compile(r"/panels/1/?"))
    somebody.look()
    return f"{patient}/panels/1"


def invite(somebody: Somebody, panel: str, names: list[str]) -> None:
    """Invite experts of the thematic area."""
    page = somebody.page
    page.goto(f"{panel}/invite")
    somebody.look()
    for name in names:
        page.get_by_role("checkbox", name=re.compile(name)).check()
    somebody.press("Send the invitations")
    for name in names:
        expect(page.get_by_text(name).first).to_be_visible()
    somebody.look()


def join(somebody: Somebody, panel: str) -> None:
    """Accept the invitation that waits among one's work."""
    page = somebody.page
    page.goto("/my-work")
    page.locator(f"a[href*='{panel.partition('/patients/')[2]}']").first.click()
    page.wait_for_url(re.compile("/panels/1"))
    somebody.look()
    if "/invitations/" not in page.url:
        somebody.follow("Answer the invitation")
        page.wait_for_url(re.compile("/invitations/"))
        somebody.look()
    assert "Erfunden" not in page.content()
    somebody.press("Accept")
    page.wait_for_load_state()


def contribute(somebody: Somebody, panel: str, text: str) -> None:
    """Read the case, look at the study and advise."""
    page = somebody.page
    page.goto(f"{panel}/case")
    expect(page.get_by_text("Primary sclerosing cholangitis").first).to_be_visible()
    somebody.look()
    page.goto(f"{panel}/advice")
    page.locator("main textarea").first.fill(text)
    somebody.look()
    page.locator("main form:has(textarea) button[type=submit]").first.click()
    expect(page.get_by_text(text).first).to_be_visible()


def step(somebody: Somebody, panel: str, title: str, reason: str = "") -> None:
    """Take a step of the panel."""
    page = somebody.page
    page.goto(panel)
    button = page.locator("main, aside").locator("summary, button").filter(has_text=title).first
    button.click()
    if reason:
        page.get_by_label("Please say why").first.fill(reason)
        page.locator("details[open] form button[type=submit]").first.click()
    confirm = page.locator("dialog[open] button.is-primary")
    if confirm.count():
        confirm.first.click()
    page.wait_for_load_state()
    somebody.look()


def write_outcome(somebody: Somebody, panel: str) -> None:
    """Fill every section that is asked for."""
    page = somebody.page
    page.goto(f"{panel}/edit-outcome")
    for box in page.locator("main textarea").all():
        box.fill("Dilate once, brush for cytology, repeat imaging in three months.")
    for group in page.locator("main fieldset:has(input[type=radio])").all():
        group.locator("input[type=radio]").first.check(force=True)
    for choice in page.locator("main select").all():
        choice.select_option(index=1)
    somebody.look()
    page.locator("main form .form-actions button[type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(f"{panel}/outcome")
    expect(page.get_by_text("brush for cytology").first).to_be_visible()
    somebody.look()


def sign_off(somebody: Somebody, panel: str) -> None:
    page = somebody.page
    page.goto(f"{panel}/outcome")
    somebody.press("Sign the outcome")
    page.wait_for_load_state()
    expect(page.get_by_text("You signed on")).to_be_visible()


def download(somebody: Somebody, panel: str) -> bytes:
    """Take the outcome home."""
    page = somebody.page
    page.goto(f"{panel}/outcome")
    somebody.look()
    with page.expect_download() as taken:
        page.get_by_role("main").get_by_role("link", name="Outcome as PDF").first.click()
    assert re.fullmatch(r"outcome-[\w-]+\.pdf", taken.value.suggested_filename)
    return Path(taken.value.path()).read_bytes()


def test_a_clinician_goes_from_sign_in_to_the_outcome_as_pdf(at_a_browser, study_folder):
    asking = at_a_browser(ASKING)
    patient = enrol(asking)
    fill_record(asking, patient)
    send_study(asking, patient, study_folder)
    panel = open_panel(asking, patient)
    names = ["Quentin Lacombrune", "Egidio Nebbiolai"]
    invite(asking, panel, names)
    experts = [at_a_browser(RADIOLOGIST), at_a_browser(SURGEON)]
    for expert in experts:
        join(expert, panel)
    step(asking, panel, "Go on to data completion")
    step(asking, panel, "Go on to assessment")
    for expert in experts:
        contribute(expert, panel, f"My advice as {expert.login}: dilate once.")
    step(asking, panel, "Go on to the outcome")
    write_outcome(asking, panel)
    step(asking, panel, "Ask for signatures")
    for somebody in (asking, *experts):
        sign_off(somebody, panel)
    step(asking, panel, "Close the panel")
    document = download(experts[0], panel)
    assert document.startswith(b"%PDF-")
    assert b"Erfunden" not in document
    step(asking, panel, "Restart", reason="New imaging after three months.")
    expect(asking.page.get_by_text("Panel selection").first).to_be_visible()
