"""Chromium with WebGL (by software), looking at a study; what goes wrong in the page is kept."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import window_of

#: What the library says by itself about a machine without a graphics card.
EXPECTED = ("software rasterizer", "GPU stall", "WebGL", "GroupMarkerNotSet")


#: Calls what draws a graphics card, so that the viewer draws by it and not by arithmetic.
CARD = """for (const kind of [WebGLRenderingContext, WebGL2RenderingContext]) {
  const ask = kind.prototype.getParameter;
  kind.prototype.getParameter = function (name) {
    return [0x1f01, 0x9246].includes(name) ? "A graphics card" : ask.call(this, name);
  };
}"""


def opened_by(
    browser: Any, signed_in: Any, served: str, card: bool = False, **options: Any
) -> tuple[Page, list[str]]:
    """Open a page of somebody signed in; the list fills with errors and policy violations."""
    context = window_of(
        browser, served, signed_in, **{"viewport": {"width": 1280, "height": 1000}, **options}
    )
    if card:
        context.add_init_script(CARD)
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: _note(said, wrong))
    return page, wrong


def _note(said: Any, wrong: list[str]) -> None:
    if said.type == "error" and not any(known in said.text for known in EXPECTED):
        wrong.append(said.text)


def shown(page: Page, number: int, cell: int = 1) -> None:
    """Wait until a cell shows an image."""
    page.wait_for_selector(f'.viewer-cell[data-cell="{cell}"][data-shown="{number}"]')


def press(page: Page, selector: str) -> None:
    """Press a button of the bar; when it stands in a menu that is closed, open that first."""
    button = page.locator(selector)
    menu = page.locator("[data-menu]:not([open])", has=button)
    if menu.count():
        menu.locator("summary").click()
    button.click()


def stage_of(page: Page) -> tuple[float, float, float]:
    """Return the middle and the height of the first image."""
    page.locator("[data-grid]").scroll_into_view_if_needed()
    box = page.locator(".viewer-image").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move, let go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end, steps=3)
    page.mouse.up()
