"""Take the pictures of the guides from a training site of its own (--only NAME: one of them).

Which pages, seen by whom: ``content/pictures.yaml``. The pictures stand in the library's folder
``pictures``, where a page of each says what it shows; ``content/pictures_said.yaml`` keeps the
words that can be read in each, so that a test tells when one shows what is no longer there.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page

from cpms_portal.scripts._project import project_folder
from cpms_portal.scripts._training import NotReadyError, Training, browser, training_site

#: What one sees, in pixels of the page. A guide is as wide: its pictures are read, not guessed.
WIDTH, HEIGHT = 960, 640
#: Pixels of the picture for each of the page, for screens that have more.
SHARPNESS = 1.5
#: Colours of a picture: pages have few, and a file with few is small.
COLOURS = 96
SAID = "pictures_said.yaml"
#: Words of the portal that a picture shows: what people wrote is not among them.
WORDS = ".tabs a, main label, main legend, main button, main .button, main th, .step-title"
_READ = """(which) => [...document.querySelectorAll(which)].filter((one) => {
  const place = one.getBoundingClientRect();
  return one.checkVisibility() && place.width > 2 && place.top >= 0
    && place.bottom <= window.innerHeight;
}).map((one) => one.textContent.replace(/\\s+/g, " ").trim()).filter(Boolean)"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the name of one picture."""
    parser.add_argument("--only", help="the name of one picture")


def list_in(content: Path) -> dict[str, dict[str, Any]]:
    """Return what is to be taken, by name."""
    return _read(content / "pictures.yaml")


def said_in(content: Path) -> dict[str, list[str]]:
    """Return the words that can be read in each picture, by its name."""
    return _read(content / SAID)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def words_in(asked: dict[str, Any]) -> str:
    """Return the selector of what a picture says."""
    return ", ".join([WORDS, *asked.get("also", ())])


def place_of(content: Path, name: str) -> Path:
    """Return where a picture stands among the files of the library."""
    return content / "library" / "files" / "pictures" / name / "all" / f"{name}.png"


class Photographer:
    """Takes pictures, each person in a window of their own."""

    def __init__(self, started: Browser, site: Training) -> None:
        self.started, self.site = started, site
        self.pages: dict[str, Page] = {}

    def page(self, login: str, width: int, height: int) -> Page:
        """Return the window of a person; nobody is signed in for an empty name."""
        if login not in self.pages:
            self.pages[login] = self.started.new_page(locale="en-GB", device_scale_factor=SHARPNESS)
            if login:
                self.site.sign_in(self.pages[login], login)
        self.pages[login].set_viewport_size({"width": width, "height": height})
        return self.pages[login]

    def take(self, asked: dict[str, Any]) -> tuple[bytes, list[str]]:
        """Return a picture as PNG, and the words of the portal that can be read in it."""
        login, width, height = asked.get("login", ""), asked.get("width", WIDTH), HEIGHT
        page = self.page(login, width, asked.get("height", height))
        page.goto(self.site.address + self._path(asked["address"], page))
        for pattern in asked.get("follow", ()):
            addresses = page.locator("main a").evaluate_all("(all) => all.map((one) => one.href)")
            page.goto(next(one for one in addresses if re.search(pattern, one)))
        page.wait_for_load_state("networkidle")
        if "below" in asked:
            page.get_by_text(asked["below"], exact=True).first.evaluate(
                "(one) => window.scrollTo(0, one.getBoundingClientRect().top - 24)"
            )
        return smaller(page.screenshot()), list(
            dict.fromkeys(page.evaluate(_READ, words_in(asked)))
        )

    def _path(self, address: str, page: Page) -> str:
        if "{me}" not in address:
            return str(address)
        # The address of the account leads to the page of the person.
        page.goto(f"{self.site.address}/account")
        return address.replace("{me}", page.url.split("/people/")[1].split("/")[0])


def smaller(png: bytes) -> bytes:
    """Return a picture with few colours and nothing but the picture in its file."""
    kept = io.BytesIO()
    opened = Image.open(io.BytesIO(png)).convert("RGB")
    opened.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def keep(content: Path, name: str, picture: bytes, words: list[str]) -> None:
    """Write a picture and the words it shows."""
    path, said = place_of(content, name), content / SAID
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    known = said_in(content) if said.exists() else {}
    kept = {one: known.get(one, []) for one in list_in(content)} | {name: words}
    text = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=100)
    said.write_text(f"# Written by ./cpms pictures: what each picture says.\n{text}", "utf-8")


def run(options: argparse.Namespace) -> int:
    """Take all pictures, or one."""
    content = project_folder() / "content"
    asked = list_in(content)
    chosen = {options.only: asked[options.only]} if options.only in asked else asked
    try:
        with training_site() as site, browser() as started:
            photographer = Photographer(started, site)
            for name, one in chosen.items():
                keep(content, name, *photographer.take(one))
                print(place_of(content, name).relative_to(content.parent), flush=True)
    except NotReadyError as error:
        print(f"cpms pictures: {error}", file=sys.stderr)
        return 1
    return 0
