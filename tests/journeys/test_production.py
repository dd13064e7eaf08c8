"""Production behind https: its own name only, cookies bound to it, nothing kept by caches."""

from __future__ import annotations

import re
import shutil

import pytest
from webtest import TestApp

from cpms_portal.core.settings import declared_settings
from tests import ground
from tests.factories.patients import CENTRE, CLINICIAN

pytestmark = pytest.mark.storages("filestorage")  # headers do not depend on the storage
HOST = "cpms.example.org"
FROM_HERE = {"Referer": f"https://{HOST}/sign-in"}


@pytest.fixture(scope="module")
def production(born, tmp_path_factory):
    """A production site under an address of its own."""
    var = tmp_path_factory.mktemp("https") / "var"
    shutil.copytree(born, var)
    others = {"cpms.site": "production", "cpms.url": f"https://{HOST}"}
    running = ground.start(ground.file_uri(var), var, "filestorage", **others)
    yield running
    running.close()


def visitor(production, host=HOST):
    """A browser that asks under a name."""
    environment = {"HTTP_HOST": host, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "https"}
    return TestApp(production.wsgi, extra_environ=environment, lint=False)


def test_every_setting_is_said_once_in_the_file_of_production(production):
    text = (ground.PROJECT / "production.ini").read_text(encoding="utf-8")
    said = re.findall(r"^(?:# )?(cpms\.[\w.]+) =", text, re.M)
    assert sorted(said) == [one.name for one in declared_settings(production.registry)]


@pytest.mark.parametrize("host", [HOST, f"{HOST}:443", HOST.upper(), "localhost:6543", "[::1]:80"])
def test_own_names_are_answered(production, host):
    assert visitor(production, host).get("/sign-in").status_int == 200


@pytest.mark.parametrize(
    "host", ["evil.invalid", f"{HOST}.evil.invalid", f"{HOST}@evil.invalid", "[", "", "a b"]
)
def test_foreign_names_are_refused_without_a_page(production, host):
    answer = visitor(production, host).get("/sign-in", status=400)
    assert "evil" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_a_training_site_is_answered_under_any_name(site):
    app = TestApp(site.wsgi, extra_environ={"HTTP_HOST": "laptop:6543", "REMOTE_ADDR": "127.0.0.1"})
    assert "Strict-Transport-Security" not in app.get("/sign-in").headers


def test_browsers_are_told_to_stay_with_https_even_when_a_proxy_speaks_http(production):
    app = visitor(production)
    app.extra_environ["wsgi.url_scheme"] = "http"
    assert "max-age=31536000" in app.get("/sign-in").headers["Strict-Transport-Security"]


def test_cookies_are_bound_to_host_and_https_and_out_of_reach_of_scripts(production):
    app = visitor(production)
    cookies = app.get("/sign-in").headers.getall("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert {"secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    ground.sign_in(app, production, CLINICIAN)
    assert "__Host-cpms" in app.cookies
    assert all(name.startswith("__Host-") for name in app.cookies)


def test_a_cookie_of_a_neighbouring_name_lends_no_visit(production):
    """``evil.example.org`` sets cookies for ``example.org``, but none that begins with __Host-."""
    other = visitor(production)
    token = other.get("/sign-in").forms["form"]["csrf_token"].value
    sent = {"login": "somebody", "password": "something", "csrf_token": token}
    assert other.post("/sign-in", sent, FROM_HERE, status=422)
    lent = visitor(production)
    lent.set_cookie("cpms-visit", other.cookies["__Host-cpms-visit"])
    assert "too old" in lent.post("/sign-in", sent, FROM_HERE, status=400).text


@pytest.mark.parametrize(("path", "sent"), [("/theme", "dark"), ("/language", "de")])
def test_what_a_visitor_chose_is_kept_for_https_alone(production, path, sent):
    app = visitor(production)
    token = app.get("/sign-in").forms["form"]["csrf_token"].value
    answer = app.post(path, {path.strip("/"): sent, "csrf_token": token}, FROM_HERE)
    kept = [one for one in answer.headers.getall("Set-Cookie") if f"={sent}" in one]
    assert kept
    assert "secure" in kept[0]


def test_nothing_clinical_is_kept_by_a_cache_and_every_answer_has_a_policy(browser_of):
    browser = browser_of(CLINICIAN)
    place = browser.get(CENTRE + "patients/").html.select_one('a[href*="/patients/"]')["href"]
    place = "/" + place.split("/", 3)[3] if "://" in place else place
    place = place.split("?")[0].rstrip("/") + "/"
    for view in ("", "identity", "record", "documents", "studies", "consents", "nothing-here"):
        answer = browser.get(place + view, status=(200, 404))
        assert answer.headers["Cache-Control"] == "no-store", view
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], view
        assert "ETag" not in answer.headers, view
