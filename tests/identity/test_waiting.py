"""Failures are counted, answered ever more slowly, and never for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_portal.core.resources import oid_of
from cpms_portal.security.attempts import (
    LIMITS,
    MOST_KEPT,
    STORE,
    Attempts,
    begin_try,
    locked_accounts,
    network_of_address,
)
from tests.factories.people import code_for
from tests.identity.conftest import Visitor

WRONG = "not the password at all"


def fail(visitor, login, times):
    """Type a wrong password so many times."""
    for _number in range(times):
        visitor.give_password(login, WRONG)


def test_five_failures_cost_nothing(visitor, login):
    fail(visitor, login, 5)
    assert visitor.give_password(login).status_int == 303


def test_after_six_the_right_password_has_to_wait_half_a_minute(visitor, login, clock):
    fail(visitor, login, 6)
    assert visitor.give_password(login).status_int == 422
    clock.advance(seconds=29)
    assert visitor.give_password(login).status_int == 422
    clock.advance(seconds=1)
    assert visitor.give_password(login).status_int == 303


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour():
    limit = LIMITS["account"]
    waits = [limit.wait(failures) for failures in range(5, 13)]
    assert waits == [0, 30, 60, 120, 240, 480, 900, 900]
    assert limit.wait(10**6) == 900


def test_tries_while_waiting_do_not_make_it_longer(visitor, login, clock):
    fail(visitor, login, 30)
    clock.advance(seconds=30)
    assert visitor.give_password(login).status_int == 303


def test_a_complete_sign_in_forgets_the_failures(visitor, login):
    fail(visitor, login, 5)
    visitor.sign_in(login)
    newcomer = Visitor(visitor.site, "203.0.113.5")
    fail(newcomer, login, 5)
    assert newcomer.give_password(login).status_int == 303


def test_wrong_codes_count_and_the_right_password_does_not_forget_them(visitor, login):
    for _number in range(3):
        visitor.give_password(login)
        visitor.give_code("000000")
        visitor.give_code("111111")
    visitor.app.reset()
    assert visitor.give_password(login).status_int == 422


def test_a_waiting_account_takes_no_code_either(visitor, login):
    visitor.give_password(login)
    for number in range(6):
        visitor.give_code(f"00000{number}")
    answer = visitor.give_code(code_for(visitor.site.registry, login))
    assert answer.status_int == 422
    assert "quarter of an hour" in answer.text
    assert not visitor.is_in()


def test_one_waiting_account_does_not_stop_another(visitor, login, another):
    fail(visitor, login, 8)
    assert another.give_password("rareliverguest").status_int == 303


def test_many_names_from_one_network_wait_and_other_networks_do_not(site, another, login):
    for number in range(21):
        Visitor(site, f"192.0.2.{number}").give_password(f"nobody{number}", WRONG)
    assert Visitor(site, "192.0.2.200").give_password(login).status_int == 422
    assert another.give_password(login).status_int == 303


def test_failures_of_an_address_leak_away(site, login, clock):
    for number in range(21):
        Visitor(site).give_password(f"nobody{number}", WRONG)
    clock.advance(minutes=5)
    assert Visitor(site).give_password(login).status_int == 303


def test_tries_at_the_same_moment_do_not_slip_through(registry):
    with ThreadPoolExecutor(8) as pool:
        tries = list(
            pool.map(lambda number: begin_try(registry, 77, f"10.{number}.0.1"), range(40))
        )
    assert sum(one.allowed for one in tries) == 6


def test_a_right_try_beside_wrong_ones_takes_back_only_its_own(registry):
    tries = [begin_try(registry, 78, "10.0.0.1") for _number in range(4)]
    tries[1].was_right()
    allowed = [begin_try(registry, 78, "10.0.0.1").allowed for _number in range(5)]
    assert allowed == [True, True, True, False, False]


def test_a_refused_request_keeps_its_count(visitor, login, registry, root):
    fail(visitor, login, 6)
    assert locked_accounts(registry) == [oid_of(root["people"].person_of_login(login))]


def test_memory_is_bounded_and_the_oldest_go_first():
    attempts = Attempts()
    for number in range(MOST_KEPT * 2):
        attempts.count("account", f"key{number}", 1_000.0 + number / 100)
        assert len(attempts.kinds["account"]) <= MOST_KEPT
    assert attempts.left("account", f"key{MOST_KEPT * 2 - 1}", 1_100.0) == 1
    assert attempts.left("account", "key0", 1_100.0) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_addresses_count_by_their_network(address, network):
    assert network_of_address(address) == network


@given(st.integers(0, 400), st.integers(0, 10**7))
@settings(max_examples=60)
def test_no_wait_is_ever_longer_than_a_quarter_of_an_hour(failures, start):
    attempts = Attempts()
    moment = float(start)
    for _number in range(failures):
        attempts.count("account", "somebody", moment)
    assert not attempts.locked("account", "somebody", moment + 900)


def test_counts_are_kept_where_other_processes_see_them(registry, site):
    begin_try(registry, 79, "10.0.0.1")
    with site.connection() as connection:
        kept = connection.root()[STORE]
        assert kept.left("account", "79", 0.0) == 1
        transaction.abort()
