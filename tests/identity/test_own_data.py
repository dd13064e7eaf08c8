"""My own data: all that is kept about me, for me alone, without a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.identity.queries.own_data import plain
from cpms_portal.security.roles import Role
from tests.factories.people import PASSWORD, SECRET, make_person


@pytest.fixture
def person(root, registry):
    """A coordinator with an app."""
    network = root["networks"]["rare-liver"]
    return make_person(root, registry, secret=SECRET, role=Role.COORDINATOR, node=network)


@pytest.fixture
def inside(visitor, person, clock):
    """The person, signed in."""
    visitor.enter(person, clock)
    return visitor


def take(visitor, person):
    """Press the button."""
    return visitor.button(f"/people/{person.__name__}/account", "/my-data")


def test_the_file_holds_account_roles_sessions_and_history(inside, person):
    answer = take(inside, person)
    assert "attachment" in answer.headers["Content-Disposition"]
    told = json.loads(answer.text)
    assert (told["name"], told["mail"]) == (person.title, person.mail)
    assert [one["name"] for one in told["account"]["devices"]] == ["Phone"]
    assert [(one["role"], one["at"]) for one in told["roles"]] == [
        ("coordinator", "/networks/rare-liver")
    ]
    assert "Firefox" in told["sessions"][0]["browser"]
    assert "sign_in.done" in [line["what"] for line in told["history"]]


def test_no_secret_is_in_the_file(inside, person):
    text = take(inside, person).text
    for secret in (SECRET, PASSWORD, person.account.password, "argon2"):
        assert secret not in text


def test_the_file_asks_for_a_fresh_proof(inside, person, clock):
    clock.advance(minutes=11)
    assert "/prove?next=" in take(inside, person).location


def test_nobody_takes_the_data_of_somebody_else(inside, another, login, person):
    another.sign_in(login)
    sent = {"csrf_token": another.token()}
    path = f"/people/{person.__name__}/my-data"
    assert another.app.post(path, sent, expect_errors=True).status_int == 404


@given(
    st.recursive(
        st.none()
        | st.text()
        | st.integers()
        | st.binary()
        | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    )
)
def test_whatever_is_kept_can_be_written(value):
    assert json.loads(json.dumps(plain(value))) == plain(value)
