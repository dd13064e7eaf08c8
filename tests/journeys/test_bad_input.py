"""Garbage of every kind, sent to every view by somebody who may use it: an answer in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

import pytest
import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from pyramid.scripting import prepare
from pyramid.traversal import resource_path
from webob import Request
from webtest import TestApp
from zope.interface import providedBy

from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import Content
from cpms_portal.core.settings import setting
from cpms_portal.identity.actions import seal_device
from cpms_portal.identity.queries import training_secret
from cpms_portal.scripts.views import views_of
from cpms_portal.security.principals import actor_for
from cpms_portal.workflow.actions import transition
from tests.factories.people import code_for
from tests.ground import Site, sign_in
from tests.journeys.garbage import (
    HEADERS,
    NAMES,
    broken_bodies,
    fields,
    garbled_addresses,
    multipart,
    told_in_words,
)

# What is asked does not depend on the storage; test_at_once.py writes on both.
pytestmark = pytest.mark.storages("filestorage")

PEOPLE = (
    "rareliverhpuser1", "rareliverhpuser2", "rareliverhpuser4", "rarelivercoordinator", "siteadmin",
)  # fmt: skip
#: Views that take away what others need come last.
LAST = ("remove", "withdraw-consent", "disable", "reset-factors", "remove-device", "password",
        "end-other-sessions", "end-session", "step", "sign-out")  # fmt: skip

#: What addresses ask with.
ASKED = ("start", "q", "network", "area", "came_from", "series", "instance", "frame", "before",
         "state", "sort", "centre", "draft", "systems", "limit", "code", "width")  # fmt: skip
METHODS = ("HEAD", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "BREW", "get")


def nodes_below(node: Any) -> Iterator[Any]:
    """Yield a node and everything of ours below it."""
    yield node
    if hasattr(node, "values"):
        for child in node.values():
            if isinstance(child, Content):
                yield from nodes_below(child)


def places(root: Any) -> Iterator[Any]:
    """Yield objects of every kind; the centre with patients comes early."""
    yield root
    network = root["networks"]["rare-liver"]
    yield from (root["networks"], network, network["germany"])
    yield from nodes_below(network["germany"]["de40"])
    yield from nodes_below(root["library"])
    yield from (root["people"], *(root["people"].person_of_login(login) for login in PEOPLE))
    for node in root.values():
        if isinstance(node, Content) and node.__name__ not in ("networks", "people", "library"):
            yield node
    yield from nodes_below(network)


def fits(view: dict[str, Any], node: Any) -> bool:
    """Say whether a view is one of a node."""
    dotted = {f"{one.__module__}.{one.__qualname__}" for one in type(node).__mro__}
    dotted |= {f"{one.__module__}.{one.__name__}" for one in providedBy(node).flattened()}
    return view["context"] in dotted


class Hostile:
    """Somebody who may, and sends what nobody should."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.wrong: list[str] = []
        self.sent = 0

    def browser(self, login: str | None) -> TestApp:
        """Return a browser that checks nothing it sends."""
        made = TestApp(self.site.wsgi, extra_environ={"REMOTE_ADDR": "127.0.0.1"}, lint=False)
        if login:
            sign_in(made, self.site, login)
        return made

    def place_and_person(self, view: dict[str, Any]) -> tuple[str, str] | None:
        """Return an address of a view, and who may use it there."""
        with self.site.connection() as connection:
            root = connection.root()["app_root"]
            people = [root["people"].person_of_login(login) for login in PEOPLE]
            for node in places(root):
                if node is None or not fits(view, node):
                    continue
                for login, person in zip(PEOPLE, people, strict=True):
                    actor = actor_for(self.site.registry, person)
                    if view["permission"] is None or actor.may(view["permission"], node):
                        name = view["name"]
                        if name in ("edit-section", "draft", "discard-draft"):
                            name += "/question"
                        return f"{resource_path(node).rstrip('/')}/{name}", login
        return None

    def give_back(self) -> None:
        """Give back what was taken: a broken form of PANIC is a press of it, one disables too."""
        environment = prepare(registry=self.site.registry)
        people, actor = environment["root"]["people"], system_actor(self.site.registry)
        for login in PEOPLE:
            person = people.person_of_login(login)
            if not person.account.devices:
                secret = training_secret(self.site.registry, login)
                seal_device(person, "Training device", secret, last_step=0, actor=actor)
            if person.state == "disabled":
                transition(person, "enable", actor, reason="Walked over")
        transaction.commit()
        environment["closer"]()

    def token(self, browser: TestApp) -> str:
        """Return a token that counts."""
        page = browser.get("/account", status="*")
        if page.status_int in (302, 303):
            page = page.follow()
        field = page.html.find("input", {"name": "csrf_token"})
        return field["value"] if field else ""

    def judge(self, what: str, response: Any) -> None:
        """Note an answer that is a failure, or not in words."""
        self.sent += 1
        bad = response.status_int >= 500 and response.status_int != 501
        # Parts are asked for by programs: nobody reads that one is not there (RFC 9110, 15.5.17).
        for_people = what[:4] != "HEAD" and response.status_int != 416
        bad = bad or (response.status_int >= 400 and for_people and not told_in_words(response))
        if bad:
            self.wrong.append(f"{response.status_int} {what}")


def ours(registry: Any) -> list[dict[str, Any]]:
    """Return our views of nodes, the harmless first."""
    found = [
        view
        for view in views_of(registry)
        if not view["route"]
        and not (view["permission"] or "").startswith("sdi.")
        and "Exception" not in view["context"]
        and not view["exception"]
    ]
    return sorted(found, key=lambda view: view["name"] in LAST)


@pytest.fixture(scope="module")
def hostile(site):
    """Somebody hostile in this portal."""
    return Hostile(site)


def names_asked(page: Any) -> tuple[str, ...]:
    """Return names of fields: of the forms of a page, and others."""
    found = set(NAMES)
    if page.status_int == 200 and page.content_type == "text/html":
        found |= {name for form in page.forms.values() for name in form.fields if name}
    return tuple(sorted(found - {"csrf_token"}))


def send_forms(hostile: Hostile, browser: TestApp, path: str, token: str) -> None:
    """Send forms full of garbage."""
    names = names_asked(browser.get(path, status="*"))

    @settings(max_examples=6, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(fields(names), some.sampled_from(["form", "parts", "files"]))
    def send(pairs: list[tuple[str, str]], way: str) -> None:
        pairs = [("csrf_token", token), *pairs]
        kind, body = multipart(pairs, as_files=way == "files")
        if way == "form":
            kind = "application/x-www-form-urlencoded"
            body = urlencode(pairs, errors="replace").encode()
        answer = browser.post(path, body, headers={"Content-Type": kind}, status="*")
        hostile.judge(f"POST {path} {way} {str(pairs)[60:300]}", answer)

    send()


def ask(hostile: Hostile, browser: TestApp, address: str, method: str = "GET", **more: str) -> None:
    """Ask for what no browser would, and judge the answer."""
    path, _mark, query = address.partition("?")
    request = Request.blank("/", headers=more)
    request.environ.update(
        PATH_INFO=unquote_to_bytes(path).decode("latin-1"), QUERY_STRING=query,
        REQUEST_METHOD=method, REMOTE_ADDR="127.0.0.1", SERVER_PROTOCOL="HTTP/1.0",
    )  # fmt: skip
    if "Cookie" not in more:
        request.headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
    answer = request.get_response(hostile.site.wsgi)
    hostile.judge(f"{method} {address[:200]} {more}", answer)
    # What the browser has already keeps the policy it came with.
    unchanged = answer.status_int == 304
    assert unchanged or "Content-Security-Policy" in answer.headers, f"{method} {address}"


def test_a_form_full_of_garbage_is_answered_in_words_everywhere(hostile, site):
    views = [one for one in ours(site.registry) if not one["methods"] or "POST" in one["methods"]]
    for number, view in enumerate(views):
        found = hostile.place_and_person(view)
        if found is None:
            continue
        path, login = found
        browser = hostile.browser(login)
        token = hostile.token(browser)
        for kind, body in list(broken_bodies(token))[number % 4 :: 4]:
            headers = {"Content-Type": kind, "X-CSRF-Token": token}
            answer = browser.post(path, body, headers=headers, status="*")
            hostile.judge(f"POST {path} {kind} {body[:80]!r}", answer)
        send_forms(hostile, browser, path, token)
    hostile.give_back()
    assert not hostile.wrong, "\n".join(hostile.wrong)
    assert hostile.sent > 300


@pytest.mark.parametrize("login", PEOPLE)
def test_who_was_walked_over_can_still_sign_in(hostile, site, login):
    browser = hostile.browser(None)
    form = browser.get("/sign-in").forms["form"]
    form["login"], form["password"] = login, setting(site.registry, "cpms.training.password")
    form = form.submit().follow().forms["form"]
    form["code"] = code_for(site.registry, login)
    assert form.submit().status_int == 303
    assert browser.get("/account").location.endswith("/account")


# A file whose answer is never read, as after HEAD, is left to the interpreter to close.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_addresses_headers_and_methods_nobody_means_are_answered_in_words(hostile, site):
    views = [one for one in ours(site.registry) if not one["methods"] or "GET" in one["methods"]]
    for number, view in enumerate(views):
        found = hostile.place_and_person(view)
        if found is None:
            continue
        path, login = found
        browser = hostile.browser(login)
        for address in list(garbled_addresses(path, ASKED))[number % 9 :: 9]:
            ask(hostile, browser, address)
        for headers in HEADERS[number % 5 :: 5]:
            ask(hostile, browser, path, **headers)
        for method in METHODS[number % 4 :: 4]:
            ask(hostile, browser, path, method)
    assert not hostile.wrong, "\n".join(hostile.wrong)
    assert hostile.sent > 600


@pytest.mark.parametrize("token", ["é", "", "0" * 64, "\U0001f511"])
def test_a_form_with_a_token_that_is_none_is_told_that_the_page_was_too_old(hostile, token):
    browser = hostile.browser("vascernhpuser1")
    answer = browser.post("/notices", {"csrf_token": token}, status=400)
    assert "too old" in answer


def test_a_file_where_text_belongs_is_refused_and_nothing_is_done(hostile, site):
    browser = hostile.browser("vascernhpuser1")
    kind, body = multipart(
        [("csrf_token", hostile.token(browser)), ("theme", "dark")], as_files=True
    )
    answer = browser.post("/notices", body, headers={"Content-Type": kind}, status=400)
    assert told_in_words(answer)
