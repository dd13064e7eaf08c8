"""A browser that goes to a server outside and comes back, for tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from bs4 import BeautifulSoup


def path_in(address: str) -> str:
    """Return path and query of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Outside:
    """The part of a browser that talks to the servers outside: their cookies stay there."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def cas(self, address: str, user: str = "medium-maren") -> str:
        """Sign in at the CAS server; where it sends the browser."""
        page = self.session.get(address, allow_redirects=False, timeout=20)
        if page.status_code == 200:
            form = BeautifulSoup(page.text, "html.parser").find("form")
            fields = form.find_all("input", {"name": True})
            values = {one["name"]: one.get("value", "") for one in fields}
            values |= {"username": user, "password": "test"}
            values.pop("warn", None)
            page = self.session.post(address, values, allow_redirects=False, timeout=20)
        assert page.status_code == 302, page.text
        return path_in(page.headers["Location"])

    def openid_ended(self, address: str, says: str) -> str:
        """End the sign-in at the OpenID provider; where it sends the browser. says: its page."""
        page = self.session.get(address, timeout=20)
        assert says in page.text, page.text
        xsrf = page.text.partition('name="xsrf" value="')[2].partition('"')[0]
        parts = urlsplit(address)
        confirm = f"{parts.scheme}://{parts.netloc}{parts.path}/confirm"
        sent = {"xsrf": xsrf, "logout": "yes"}
        page = self.session.post(confirm, sent, allow_redirects=False, timeout=20)
        return str(page.headers.get("Location", ""))

    def openid(self, address: str, **query: str) -> str:
        """Sign in at the OpenID provider; where it sends the browser. query: as, acr, cancel."""
        place = address
        for _step in range(8):
            page = self.session.get(place, allow_redirects=False, timeout=20)
            assert page.status_code in (302, 303), page.text
            place = requests.compat.urljoin(place, page.headers["Location"])
            if "/sign-in/with/" in place:
                return path_in(place)
            if "/interaction/" in place:
                page = self.session.get(place, params=query, allow_redirects=False, timeout=20)
                place = requests.compat.urljoin(place, page.headers["Location"])
        raise AssertionError(f"never came back: {place}")


def come_back(visitor: Any, path: str) -> Any:
    """Follow where a server sends the browser, and press Continue."""
    page = visitor.app.get(path, expect_errors=True)
    if page.status_int != 200:
        return page
    return send_on(page)


def send_on(page: Any) -> Any:
    """Press the button on the page one comes back to."""
    form = next(form for form in page.forms.values() if "/return" in form.action)
    return form.submit(expect_errors=True)
