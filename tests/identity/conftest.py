"""Somebody at the front door."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import transaction
from webtest import TestApp

from cpms_portal.core import transactions
from cpms_portal.core.settings import setting
from cpms_portal.identity.queries.keys import relying_party
from cpms_portal.security.attempts import STORE
from cpms_portal.security.resources import Person
from tests import ground
from tests.factories.people import PASSWORD, SECRET, code_for, code_now, make_person
from tests.identity.counterparts import cas_server, openid_provider
from tests.identity.outside import Outside
from tests.identity.soft_key import SoftKey

_LOGINS = itertools.cycle(
    f"{network}hpuser{number}"
    for number in range(1, 6)
    for network in ("bond", "cranio", "erknet", "erneye", "ernica", "genturis", "ithaca", "rita")
)


class Visitor:
    """A person with a browser, who types."""

    def __init__(self, site: ground.Site, address: str = "192.0.2.7") -> None:
        self.site = site
        self.app = TestApp(site.wsgi, extra_environ={"REMOTE_ADDR": address})
        self.app.extra_environ["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux) Firefox/140.0"

    def give_password(self, login: str, password: str | None = None, path: str = "/sign-in") -> Any:
        """Fill in the first page; the shared password when none is said."""
        form = self.app.get(path).forms["form"]
        form["login"] = login
        form["password"] = (
            setting(self.site.registry, "cpms.training.password") if password is None else password
        )
        return form.submit(expect_errors=True)

    def give_code(self, code: str, path: str = "/sign-in/code", **more: Any) -> Any:
        """Fill in the second page."""
        form = self.app.get(path).forms["form"]
        for name, value in {"code": code, **more}.items():
            form[name] = value
        return form.submit(expect_errors=True)

    def enter(self, person: Person, clock: ground.Clock, **more: Any) -> None:
        """Take both steps with password and app, half a minute later: a code counts once."""
        clock.advance(seconds=30)
        self.give_password(person.mail, PASSWORD)
        answer = self.give_code(code_now(clock), **more)
        assert answer.status_int == 303, answer.text

    def sign_in(self, login: str) -> Any:
        """Take both steps of a training account."""
        self.give_password(login)
        answer = self.give_code(code_for(self.site.registry, login))
        assert answer.status_int == 303, answer.text
        return answer

    def keep_only(self, cookie: str) -> None:
        """Be a browser that holds a session cookie and nothing else."""
        self.app.reset()
        self.app.set_cookie("cpms", cookie)

    def sign_out(self) -> Any:
        """Press the button in the header."""
        return self.button(self.app.get("/account").location, "/sign-out")

    def token(self) -> str:
        """Return the token that forms of this browser carry now."""
        return self.app.get("/account").follow().forms["choose-theme"]["csrf_token"].value

    def is_in(self) -> bool:
        """Say whether this browser is signed in."""
        return self.app.get("/account", expect_errors=True).location.endswith("/account")

    def button(self, path: str, action: str, **fields: str) -> Any:
        """Press the button of a small form on a page; fields choose among several."""
        for form in self.app.get(path).forms.values():
            if form.action.endswith(action) and all(form[n].value == v for n, v in fields.items()):
                return form.submit(expect_errors=True)
        raise AssertionError(f"no button for {action} on {path}")


@pytest.fixture
def visitor(site) -> Visitor:
    """Somebody with a fresh browser."""
    return Visitor(site)


@pytest.fixture
def another(site) -> Visitor:
    """Somebody else, or the same person with another browser."""
    return Visitor(site, "198.51.100.9")


@pytest.fixture
def person(root, registry) -> Person:
    """Somebody with a password and an app."""
    return make_person(root, registry, secret=SECRET)


@pytest.fixture
def key(registry) -> SoftKey:
    """A key in the hand, a passkey too."""
    return SoftKey(relying_party(registry).origin)


@pytest.fixture
def login() -> str:
    """A training account no other test of this file used."""
    return next(_LOGINS)


@pytest.fixture(scope="module")
def cas_address(tmp_path_factory) -> Iterator[str]:
    """The address of a CAS server that runs."""
    with cas_server(tmp_path_factory.mktemp("cas")) as address:
        yield address


@pytest.fixture(scope="module")
def issuer(served) -> Iterator[str]:
    """The issuer of an OpenID provider that runs for the portal served."""
    with openid_provider(served) as address:
        yield address


@pytest.fixture
def outside() -> Outside:
    """The part of a browser that talks to the servers outside."""
    return Outside()


@pytest.fixture(autouse=True)
def nothing_counted(site):
    """No failures of an earlier test count."""
    with site.connection() as connection:
        connection.root().pop(STORE, None)
        transaction.commit()


class NoTurn:
    """Lets all write at once, as writers of several processes do."""

    acquire = release = lambda self: True

    def __enter__(self):
        """Wait for nobody."""

    def __exit__(self, *error):
        """Let nobody wait."""


@pytest.fixture
def several_processes(monkeypatch):
    """Requests do not wait for each other, as those of two processes do not."""
    monkeypatch.setattr(transactions, "_TURN", NoTurn())
