"""Drive Chromium as a person would, and look at each page with axe-core."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: A hospital's old computer: images are drawn by arithmetic.
FLAGS = [*_QUIET, "--disable-gpu", "--disable-3d-apis"]
#: WebGL, by software.
WITH_WEBGL = [
    *_QUIET,
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@contextmanager
def launched(path: str, flags: Sequence[str] = FLAGS) -> Iterator[Browser]:
    """Start the browser and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def close_windows(browser: Browser) -> None:
    """Close all that is open; what pages still had to say is heard."""
    for context in browser.contexts:
        context.close()


def window_of(
    browser: Browser, address: str, signed_in: Any = None, **options: Any
) -> BrowserContext:
    """Return a window with cookies and a cache of its own, 1280 pixels wide.

    address: of the portal. signed_in: a WebTest browser whose cookies it has; None for nobody.
    options: of Playwright's ``new_context``.
    """
    wanted = {"viewport": {"width": 1280, "height": 900}, "base_url": address, **options}
    context = browser.new_context(**wanted)
    context.add_cookies(
        [
            {"name": one.name, "value": one.value, "url": address}
            for one in (signed_in.cookiejar if signed_in else ())
        ]
    )
    return context


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
