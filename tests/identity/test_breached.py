"""Passwords known from breaches are refused where the site has a list of them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.identity.queries import breached
from cpms_portal.identity.queries.breached import SETTING, breached_list, is_listed
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.storages("filestorage")  # what is refused does not depend on the storage
KNOWN, UNKNOWN = "lantern gravel biscuit oboe", "lantern gravel biscuit cello"


def written(path, passwords, end="\n"):
    """Write a list in order, as it is given out."""
    digests = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in passwords)
    path.write_bytes("".join(f"{one}:{len(one)}{end}" for one in digests).encode())
    return path


@given(
    listed=some.sets(some.text(max_size=20), min_size=1, max_size=40),
    others=some.sets(some.text(max_size=20), max_size=20),
    end=some.sampled_from(["\n", "\r\n"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_what_is_listed_is_found(tmp_path, listed, others, end):
    path = written(tmp_path / "list", listed, end)
    assert all(is_listed(path, one) for one in listed)
    assert not any(is_listed(path, one) for one in others - listed)


def test_a_long_list_is_not_read_through(tmp_path, monkeypatch):
    path = written(tmp_path / "list", map(str, range(20_000)))
    lines, read = [], breached._line_from
    monkeypatch.setattr(breached, "_line_from", lambda *asked: lines.append(1) or read(*asked))
    assert is_listed(path, "19999")
    assert not is_listed(path, "20000")
    assert len(lines) < 60


def test_the_last_line_needs_no_end(tmp_path):
    path = written(tmp_path / "list", ["a", "b", "c"])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert all(is_listed(path, one) for one in "abc")


@pytest.mark.parametrize("text", [None, "", "password123\n", "a" * 40 + ":1\n", "{}"])
def test_a_file_that_is_no_such_list_stops_the_start(tmp_path, text):
    path = tmp_path / "list"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationRefusedError):
        breached_list(str(path))


def test_without_a_list_nothing_is_asked():
    assert breached_list("  ") is None


@pytest.mark.parametrize(("password", "refused"), [(KNOWN, True), (UNKNOWN, False)])
def test_a_breached_password_is_refused_at_its_field(
    visitor, person, registry, clock, tmp_path, monkeypatch, password, refused
):
    path = written(tmp_path / "list", [KNOWN, "another"])
    monkeypatch.setitem(registry.cpms_settings, SETTING, path)
    visitor.enter(person, clock)
    form = visitor.app.get(f"/people/{person.__name__}/password").forms["form"]
    form["old"], form["new"], form["again"] = PASSWORD, password, password
    answer = form.submit(expect_errors=True)
    assert (answer.status_int == 422) is refused
    assert ("known from a breach" in answer.text) is refused
