"""Take the pictures of the guides from a training site of its own (--only NAME: one of them).

Which pages, seen by whom: ``content/pictures.yaml``. The pictures stand in the library's folder
``pictures``, where a page of each says what it shows.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page

from cpms_portal.scripts._project import project_folder
from cpms_portal.scripts._training import NotReadyError, Training, browser, training_site

WIDTH, HEIGHT = 1280, 800
#: Colours of a picture: pages have few, and a file with few is small.
COLOURS = 128


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the name of one picture."""
    parser.add_argument("--only", help="the name of one picture")


def list_in(content: Path) -> dict[str, dict[str, Any]]:
    """Return what is to be taken, by name."""
    text = (content / "pictures.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def place_of(content: Path, name: str) -> Path:
    """Return where a picture stands among the files of the library."""
    return content / "library" / "files" / "pictures" / name / "all" / f"{name}.png"


class Photographer:
    """Takes pictures, each person in a window of their own."""

    def __init__(self, started: Browser, site: Training) -> None:
        self.started, self.site = started, site
        self.pages: dict[str, Page] = {}

    def page(self, login: str, width: int) -> Page:
        """Return the window of a person; nobody is signed in for an empty name."""
        if login not in self.pages:
            self.pages[login] = self.started.new_page()
            if login:
                self.site.sign_in(self.pages[login], login)
        self.pages[login].set_viewport_size({"width": width, "height": HEIGHT})
        return self.pages[login]

    def take(self, asked: dict[str, Any]) -> bytes:
        """Return a picture as PNG."""
        page = self.page(asked.get("login", ""), asked.get("width", WIDTH))
        page.goto(self.site.address + self._path(asked["address"], page))
        page.wait_for_load_state("networkidle")
        return smaller(page.screenshot())

    def _path(self, address: str, page: Page) -> str:
        if "{me}" not in address:
            return address
        # The address of the account leads to the page of the person.
        page.goto(f"{self.site.address}/account")
        return address.replace("{me}", page.url.split("/people/")[1].split("/")[0])


def smaller(png: bytes) -> bytes:
    """Return a picture with few colours and nothing but the picture in its file."""
    kept = io.BytesIO()
    opened = Image.open(io.BytesIO(png)).convert("RGB")
    opened.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def run(options: argparse.Namespace) -> int:
    """Take all pictures, or one."""
    content = project_folder() / "content"
    asked = list_in(content)
    chosen = {options.only: asked[options.only]} if options.only in asked else asked
    try:
        with training_site() as site, browser() as started:
            photographer = Photographer(started, site)
            for name, one in chosen.items():
                path = place_of(content, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(photographer.take(one))
                print(path.relative_to(content.parent), flush=True)
    except NotReadyError as error:
        print(f"cpms pictures: {error}", file=sys.stderr)
        return 1
    return 0
