"""A person's browser for the benches: Chromium, signed in, and when things happened in a page."""

from __future__ import annotations

import shutil
import time

from playwright.sync_api import Browser, BrowserContext, Page

#: Marks of the page, and when the browser painted what asks to be timed (Element Timing).
MARKS = """() => new Promise((done) => {
  const found = Object.fromEntries(
    performance.getEntriesByType("mark").map((one) => [one.name, one.startTime]));
  const tell = () => done(found);
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) found[one.identifier] = one.renderTime || one.loadTime;
    tell();
  }).observe({ type: "element", buffered: true });
  setTimeout(tell, 200);
})"""


def chromium_path() -> str:
    """Return where Chromium is; ends the bench when there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("no Chromium here")
    return path


def context_of(browser: Browser, address: str, cookie: str) -> BrowserContext:
    """Return a browser with an empty cache in which a person is signed in."""
    name, _, value = cookie.partition("=")
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.add_cookies([{"name": name, "value": value, "url": address}])
    return context


def marks_of(page: Page, last: str) -> dict[str, float]:
    """Return when things happened, in milliseconds after the page was asked for.

    last: the mark that is waited for.
    """
    # Asked from outside: the policy of the page evaluates nothing inside it.
    until = time.monotonic() + 60
    while last not in (found := dict(page.evaluate(MARKS))):
        if time.monotonic() > until:
            raise TimeoutError(f"{last} did not happen")
        page.wait_for_timeout(100)
    return found
