"""Every page that shows something: no barrier, nothing sideways on a phone, nothing refused.

Each view is opened once as somebody who may, in its light look at 390 px and in its dark look at
1280 px. ``CPMS_PICTURES=folder`` keeps what was seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import scrolls_sideways, violations
from tests.journeys.test_who_may_open_which_page import PEOPLE, Case, cases, expected

pytestmark = [
    pytest.mark.storages("filestorage"),  # what a browser shows is the same on both
    pytest.mark.timeout(900),
]
LOOKS = {"light": (390, 844), "dark": (1280, 900)}
#: What is seen before signing in.
PUBLIC = ("/", "/sign-in", "/create-account", "/forgotten-password", "/nothing-here")
#: Views whose states look different; of all others one object is enough.
BY_STATE = {"Panel", "Patient", "Membership"}


def shown(site: Any, browser_of: Any, now: Any) -> Iterator[tuple[str, str, Case]]:
    """Yield login ("" for nobody), what is shown and the case of every view that is a page."""
    browsers = {login: browser_of(login) for login in PEOPLE}
    seen: set[tuple[str, ...]] = set()
    with site.connection() as connection:
        root = connection.root()["app_root"]
        people = {one: root["people"].person_of_login(one) if one else None for one in PEOPLE}
        for case in cases(site.registry, root):
            kind = type(case.resource).__name__
            state = getattr(case.resource, "state", "") if kind in BY_STATE else ""
            key = (kind, case.name, state if not case.name else "")
            if key in seen or case.method != "GET":
                continue
            for login, browser in browsers.items():
                if expected(people[login], case, site.registry, now) and is_page(browser, case):
                    seen.add(key)
                    yield login or "", " ".join(filter(None, key)), case
                    break


def is_page(browser: Any, case: Case) -> bool:
    """Say whether a view answers with a page of its own: no download, no other place."""
    answer = browser.get(case.address, status="*")
    whole = answer.content_type == "text/html" and b"<html" in answer.body
    return answer.status_int == 200 and whole


class Looker:
    """Looks at pages as each person, in each look, and notes what is wrong."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.wrong: list[str] = []
        self.windows: dict[tuple[str, str], Any] = {}

    def window(self, login: str, look: str, cookies: Any) -> Any:
        """Return the window of a person in a look."""
        if (login, look) not in self.windows:
            width, height = LOOKS[look]
            context = self.browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=look
            )
            context.add_cookies(
                [{"name": one.name, "value": one.value, "url": self.address} for one in cookies]
            )
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on("console", lambda said: self.said(page, said.text))
            self.windows[login, look] = page
        return self.windows[login, look]

    def said(self, page: Any, text: str) -> None:
        """Note what the content security policy refused."""
        if "Content Security Policy" in text:
            self.wrong.append(f"{page.url}: {text}")

    def look(self, page: Any, what: str, path: str, look: str) -> None:
        """Open a page and note what is wrong with it."""
        page.goto(self.address + path, wait_until="load")
        self.wrong += [f"{what}, {look}: {one}" for one in violations(page)]
        if scrolls_sideways(page):
            self.wrong.append(f"{what}, {look}: {path} is wider than {LOOKS[look][0]} px")
        folder = os.environ.get("CPMS_PICTURES")
        if folder:
            name = f"{what} {look}.png".replace("/", "_")
            page.screenshot(path=str(Path(folder) / name), full_page=True)


def test_every_page_can_be_read_by_everybody_on_every_screen(
    site, served, chromium, browser_of, clock
):
    cookies = {login or "": browser_of(login).cookiejar for login in PEOPLE}
    pages = list(shown(site, browser_of, clock()))
    assert len(pages) >= 80
    looker = Looker(chromium, served)
    for look in LOOKS:
        for login, what, case in pages:
            looker.look(looker.window(login, look, cookies[login]), what, case.address, look)
        for path in PUBLIC:
            looker.look(looker.window("", look, ()), f"Public {path}", path, look)
    assert not looker.wrong, f"{len(looker.wrong)}:\n" + "\n".join(sorted(set(looker.wrong)))
