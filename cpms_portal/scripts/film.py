"""Film the main path on a training site of its own, with captions, for the first training video.

From sign-in to the question: what a clinician does in the first five minutes. The film and its
captions stand among the files of the library's page ``video-main-path``.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from playwright.sync_api import Page

from cpms_portal.core.settings import setting
from cpms_portal.identity.queries import training_code
from cpms_portal.scripts._project import project_folder
from cpms_portal.scripts._screencast import HEIGHT, WIDTH, Film, folder_for_frames
from cpms_portal.scripts._training import NotReadyError, Training, browser, training_site

NAME = "main-path"
LOGIN = "rareliverhpuser1"
CENTRE = "/networks/rare-liver/germany/de40"
#: Milliseconds between two keys, so that one can follow.
TYPING = 45


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def sign_in(page: Page, site: Training, film: Film) -> None:
    """Show the two factors."""
    page.goto(f"{site.address}/sign-in")
    film.say("This is the training site. Everybody and everything on it is invented.")
    page.locator("[name=login]").press_sequentially(LOGIN, delay=TYPING)
    password = setting(site.registry, "cpms.training.password")
    page.locator("[name=password]").press_sequentially(password, delay=TYPING)
    film.say("First the password.")
    page.keyboard.press("Enter")
    code = training_code(site.registry, LOGIN)
    page.locator("input[autocomplete=one-time-code]").press_sequentially(code, delay=TYPING)
    film.say("Then a code from the app on the phone. Nobody gets in without a second factor.")
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-work")
    film.say("My work shows what waits for you: invitations first, then what you lead and asked.")


def enrol(page: Page, site: Training, film: Film) -> str:
    """Enrol an invented patient; return the address."""
    page.goto(site.address + CENTRE)
    film.say("This is your centre. Its patients are seen here by its own people only.")
    page.goto(f"{site.address}{CENTRE}/enrol")
    film.say("Enrol a patient: name and date of birth are sealed and stay with your centre.")
    for label, text in (("Given name", "Testina"), ("Family name", "Erfunden")):
        page.get_by_label(label).press_sequentially(text, delay=TYPING)
    page.get_by_label("Date of birth").fill("1981-04-03")
    page.get_by_text("Female", exact=True).click()
    film.say("Others will see a nickname instead, the sex and the age.")
    given = page.locator("#form-consents-care-given")
    given.scroll_into_view_if_needed()
    given.fill("2026-11-02")
    film.say("The consent for care is needed. Model forms in 25 languages are one click away.")
    page.get_by_role("button", name="Enrol patient", exact=True).first.click()
    page.wait_for_url(re.compile(r"/patients/[a-z0-9]{8}/?$"))
    film.say("Enrolled. From here on the name is opened only on demand, and each look is recorded.")
    return page.url.rstrip("/")


def describe(page: Page, patient: str, film: Film) -> None:
    """Write a coded diagnosis and a history."""
    page.goto(f"{patient}/edit-section/diagnosis")
    page.get_by_text("Suspected", exact=True).click()
    page.locator("#form-disease").press_sequentially("primary sclerosing", delay=TYPING)
    page.locator("[role=listbox] [role=option]").first.wait_for()
    film.say("Type a few letters; the portal proposes diseases with their codes.")
    page.locator("[role=listbox] [role=option]").first.click()
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.goto(f"{patient}/edit-section/history")
    page.locator("main textarea").first.press_sequentially(
        "Itching for two years. Ulcerative colitis.", delay=TYPING
    )
    film.say("Write only what the question needs. A draft is kept while you type.")
    page.get_by_role("button", name="Save", exact=True).first.click()


def ask(page: Page, patient: str, film: Film) -> None:
    """Open a panel with a question."""
    page.goto(f"{patient}/open-panel")
    film.say("Now the question. One clear sentence is answered sooner.")
    page.locator("main textarea").first.press_sequentially(
        "Is a dominant stricture likely, and should we dilate it?", delay=TYPING
    )
    page.locator("#form-area").select_option(label="Primary Sclerosing Cholangitis (PSC)")
    film.say("Choose the thematic area, and urgent only if days matter.")
    film.say("Lead the panel yourself, or ask the coordinator.")
    page.get_by_role("button", name="Open the panel", exact=True).click()
    page.wait_for_url(re.compile(r"/panels/\d+"))
    film.say("The panel is open. Next: invite experts, and read what they write.")
    page.goto(f"{site_of(patient)}{CENTRE}")
    film.say("In the end you take a signed outcome home, as a PDF.")


def site_of(address: str) -> str:
    """Return the address of the site that something belongs to."""
    return address.split("/networks/")[0]


def run(_options: argparse.Namespace) -> int:
    """Film it."""
    folder = project_folder() / "content" / "library" / "files" / "video-main-path"
    film_path, captions = folder / "all" / f"{NAME}.webm", folder / "en" / "captions-en.vtt"
    try:
        with training_site() as site, browser() as started, folder_for_frames() as frames:
            page = started.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
            film = Film(page, Path(frames))
            film.begin()
            sign_in(page, site, film)
            patient = enrol(page, site, film)
            describe(page, patient, film)
            ask(page, patient, film)
            film.end()
            film.develop(film_path)
            captions.write_text(film.captions(), encoding="utf-8")
    except NotReadyError as error:
        print(f"cpms film: {error}", file=sys.stderr)
        return 1
    print(film_path.relative_to(project_folder()))
    return 0
