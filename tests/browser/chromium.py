"""Drive Chromium as a person would, and look at each page with axe-core."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    # A hospital's old computer: images are drawn by arithmetic. With WebGL: tests/annotations.
    "--disable-3d-apis",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Start the browser and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, a line each."""
    # Evaluated by the debugger, not by the page: its content security policy stays whole.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Only what is wrong is told whole; the style sheets are not fetched once more.
    asked = {
        "runOnly": {"type": "tag", "values": RULES},
        "resultTypes": ["violations"],
        "preload": False,
    }
    found: Any = page.evaluate(f"axe.run({json.dumps(asked)})")
    return [
        f"{page.url.rpartition('/')[2] or page.url}: {one['id']}: {node['target']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Say whether a page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"))
