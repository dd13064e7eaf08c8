"""What somebody tries who knows how such portals are built: each door, tried with care."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
import transaction
from webtest import TestApp

from cpms_portal.core.settings import setting
from cpms_portal.identity.actions import make_recovery_codes
from cpms_portal.identity.queries.errands import Asked, asked_in, new_state
from cpms_portal.security.principals import actor_for
from tests import ground
from tests.factories.people import PASSWORD, SECRET, code_for, code_now, make_person
from tests.identity.keys import add, second_step
from tests.identity.soft_key import SoftKey

pytestmark = pytest.mark.storages("filestorage")  # what is taken does not depend on the storage
TRIES = 4


def at_once(presses):
    """Press all at the same moment; how many were let in."""
    start = Barrier(len(presses))

    def press(one):
        start.wait(30)
        return one()

    with ThreadPoolExecutor(len(presses)) as threads:
        for answer in [threads.submit(press, one) for one in presses]:
            answer.exception()


def half_way(visitor, site, person, path, field, value):
    """Return browsers that gave the password, and the press of each that gives one same code."""
    browsers = [type(visitor)(site, f"192.0.2.{number}") for number in range(40, 40 + TRIES)]
    presses = []
    for one in browsers:
        one.give_password(person.mail, PASSWORD)
        form = one.app.get(path).forms["form"]
        form[field] = value
        presses.append(lambda form=form: form.submit(expect_errors=True))
    return browsers, presses


def test_one_code_at_several_workers_at_once_lets_in_one(
    visitor, site, person, clock, several_processes
):
    """Replay across workers: their transactions collide on the step that was taken."""
    code = code_now(clock)
    browsers, presses = half_way(visitor, site, person, "/sign-in/code", "code", code)
    at_once(presses)
    assert sum(one.is_in() for one in browsers) == 1


def test_one_recovery_code_at_several_workers_at_once_lets_in_one(
    visitor, site, person, registry, several_processes
):
    code = make_recovery_codes(person, actor_for(registry, person))[0]
    transaction.commit()
    browsers, presses = half_way(visitor, site, person, "/sign-in/recovery", "recovery_code", code)
    at_once(presses)
    assert sum(one.is_in() for one in browsers) == 1


def test_a_code_taken_before_a_restart_is_not_taken_after_it(born, tmp_path, clock):
    var = tmp_path / "var"
    shutil.copytree(born, var)
    for lets_in in (True, False):
        portal = ground.start(ground.file_uri(var), var, "filestorage")
        browser = TestApp(portal.wsgi, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
        form = browser.get("/sign-in").forms["form"]
        form["login"] = "rareliverhpuser1"
        form["password"] = setting(portal.registry, "cpms.training.password")
        form = form.submit().follow().forms["form"]
        form["code"] = code_for(portal.registry, "rareliverhpuser1")
        assert (form.submit(expect_errors=True).status_int == 303) is lets_in
        portal.close()


@pytest.mark.parametrize(
    "address",
    [
        "//evil.invalid", "///evil.invalid", "/\\evil.invalid", "\\\\evil.invalid",
        "https:evil.invalid", "https://evil.invalid", "http:///evil.invalid", "evil.invalid",
        "javascript:alert(1)", "/\t/evil.invalid", "\t//evil.invalid", " //evil.invalid",
        "/\n/evil.invalid", "/..//evil.invalid", "/.//evil.invalid", "/%09/evil.invalid",
        "/@evil.invalid", "//evil.invalid/%2f..", "/networks\r\nX-Evil: 1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["next", "came_from"])
def test_no_address_leads_to_another_site(visitor, person, clock, address, name):
    query = urlencode({name: address})
    visitor.give_password(person.mail, PASSWORD, f"/sign-in?{query}")
    clock.advance(seconds=30)
    answer = visitor.give_code(code_now(clock), f"/sign-in/code?{query}")
    assert answer.status_int == 303
    parts = urlsplit(answer.location)
    assert parts.netloc == "localhost", answer.location
    assert not parts.path.startswith("//"), answer.location
    assert "X-Evil" not in answer.headers


def test_a_page_of_a_strange_path_is_not_linked_after_the_proof(visitor, person, clock):
    visitor.enter(person, clock)
    own = f"/people/{person.__name__}"
    token = visitor.token()
    clock.advance(minutes=11)
    asked = visitor.app.post(
        f"{own}/recovery-codes",
        {"csrf_token": token, "word": "typed"},
        {"Referer": "http://localhost//evil.invalid/page"},
    )
    visitor.give_code(code_now(clock), urlsplit(asked.location).path)
    links = [link["href"] for link in visitor.app.get("/send-again").html.select("main a[href]")]
    assert links
    assert not [link for link in links if "evil" in link]


@pytest.mark.parametrize("address", ["192.0.2.200", "192.0.2.7"])
def test_a_proof_counts_in_its_own_network_and_browser(visitor, site, person, clock, address):
    """A cookie that was taken away opens no delicate page elsewhere, however fresh the proof."""
    visitor.enter(person, clock)
    page = f"/people/{person.__name__}/add-device"
    assert visitor.app.get(page).status_int == 200
    visitor.app.extra_environ["REMOTE_ADDR"] = address
    assert visitor.app.get(page).status_int == 200, "the same network"
    visitor.app.extra_environ["REMOTE_ADDR"] = "198.51.100.9"
    assert "/prove?" in visitor.app.get(page).location
    clock.advance(seconds=30)
    visitor.give_code(code_now(clock), "/prove")
    assert visitor.app.get(page).status_int == 200, "shown again here"
    visitor.app.extra_environ["HTTP_USER_AGENT"] = "curl/8"
    assert "/prove?" in visitor.app.get(page).location


def test_where_networks_change_all_the_time_the_browser_alone_counts(
    visitor, registry, person, clock, monkeypatch
):
    monkeypatch.setitem(registry.cpms_settings, "cpms.step_up_place", "browser")
    visitor.enter(person, clock)
    visitor.app.extra_environ["REMOTE_ADDR"] = "198.51.100.9"
    assert visitor.app.get(f"/people/{person.__name__}/add-device").status_int == 200


def test_a_half_session_opens_no_page_that_asks_for_a_proof(visitor, person):
    visitor.give_password(person.mail, PASSWORD)
    for path in ("/prove", "/send-again", f"/people/{person.__name__}/add-device", "/manage"):
        answer = visitor.app.get(path, expect_errors=True)
        assert answer.status_int in (303, 404) and "/prove" not in (answer.location or ""), path


def test_a_state_of_one_source_is_none_of_another(registry):
    """Mix-up: an errand to one provider does not end at another, nor in another browser."""
    asked = Asked("sign-in", "/", ground.NOON)
    state = new_state(registry, "one", asked, "this browser")
    assert asked_in(registry, "one", state, "this browser")
    assert asked_in(registry, "two", state, "this browser") is None
    assert asked_in(registry, "one", state, "that browser") is None
    changed = state.replace(".sign-in.", ".link.")
    assert asked_in(registry, "one", changed, "this browser") is None


def test_cookies_no_browser_writes_are_refused_in_words(app):
    answer = app.get("/sign-in", headers={"Cookie": 'cpms="\\377"; theme="\\351"'}, status=400)
    assert "<h1" in answer.text


@pytest.mark.parametrize("change", ["another's key in its place", "moved to another account"])
def test_a_key_written_into_the_database_opens_nothing(
    visitor, another, person, root, registry, key, clock, change
):
    """Who can write there alone, or restores a changed copy, makes no way in (ASVS 6.7.1)."""
    attacker, theirs = make_person(root, registry, secret=SECRET), SoftKey(key.origin)
    visitor.enter(person, clock)
    assert add(visitor, person, key).status_int == 303
    another.enter(attacker, clock)
    assert add(another, attacker, theirs).status_int == 303
    root._p_jar.sync()
    if change == "moved to another account":
        person.account.keys = attacker.account.keys
    else:
        mine, made = person.account.keys[0], attacker.account.keys[0]
        mine.credential_id, mine.public_key = made.credential_id, made.public_key
        mine.mark = made.mark
    transaction.commit()
    visitor.app.reset()
    answer = second_step(visitor, person, theirs).submit(expect_errors=True)
    assert "was not taken" in answer.text
    assert not visitor.is_in()
