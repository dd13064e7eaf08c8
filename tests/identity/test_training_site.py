"""Training accounts work on the training site and nowhere else."""

from __future__ import annotations

import shutil

import pytest
import transaction

from cpms_portal.core.clock import now
from cpms_portal.core.errors import CPMSError
from cpms_portal.identity.queries import secret_of, training_code, training_secret
from cpms_portal.security.passwords import LIGHT, STRONG, passwords
from tests import ground
from tests.identity.conftest import Visitor

pytestmark = pytest.mark.storages("filestorage")  # the site decides, not the storage
LOGIN = "rareliverhpuser1"


@pytest.fixture(scope="module")
def production(born, tmp_path_factory):
    """A production site that somebody started on the training site's database."""
    var = tmp_path_factory.mktemp("production") / "var"
    shutil.copytree(born, var)
    running = ground.start(ground.file_uri(var), var, "filestorage", **{"cpms.site": "production"})
    yield running
    running.close()


def test_production_answers_a_training_account_like_any_unknown_name(production, site):
    visitor = Visitor(production)
    password = "seven quiet lanterns by the harbour"
    answer = visitor.give_password(LOGIN, password)
    assert answer.status_int == 422
    assert "That did not work" in answer.text
    assert Visitor(site).give_password(LOGIN, password).status_int == 303


def test_production_offers_no_training_accounts_and_gives_out_no_code(production, app):
    assert "Training accounts" in app.get("/sign-in").text
    assert "Training accounts" not in Visitor(production).app.get("/sign-in").text
    with pytest.raises(CPMSError):
        training_code(production.registry, LOGIN)


def test_a_new_production_site_has_no_accounts_at_all(tmp_path):
    var = tmp_path / "var"
    fresh = ground.start(ground.file_uri(var), var, "filestorage", **{"cpms.site": "production"})
    with fresh.connection() as connection:
        found = list(connection.root()["app_root"]["people"])
    fresh.close()
    assert found == []
    assert fresh.registry.cpms_shared_password is None


def test_a_session_of_a_training_account_does_not_reach_production(production, site):
    visitor = Visitor(site)
    visitor.give_password(LOGIN, "seven quiet lanterns by the harbour")
    at_production = Visitor(production)
    at_production.keep_only(visitor.app.cookies["cpms"])
    assert not at_production.is_in()


def test_the_code_given_out_is_the_one_the_device_shows(root, registry):
    person = root["people"].person_of_login(LOGIN)
    kept = secret_of(person.account, person.account.devices[0], registry)
    assert kept == training_secret(registry, LOGIN) == training_secret(registry, LOGIN.upper())
    assert len(training_code(registry, LOGIN)) == 6
    assert training_code(registry, LOGIN) != training_code(registry, "rareliverhpuser2")


def test_training_accounts_keep_no_hash_and_share_one_password(root):
    for number in range(1, 6):
        account = root["people"].person_of_login(f"rareliverhpuser{number}").account
        assert account.training
        assert account.password == ""


def test_production_hashes_with_the_full_cost(production, registry):
    assert passwords(production.registry) is STRONG
    assert passwords(registry) is LIGHT
    assert "m=65536,t=3,p=4" in STRONG.dummy


def test_a_training_site_and_recovery_codes_keep_the_least_cost_outside_of_tests():
    """OWASP's minimum; tests alone hash for less (tests/ground.py)."""
    assert "m=19456,t=2,p=1" in ground.LIGHT.dummy
    assert ground.RECOVERY_COST == {"time_cost": 2, "memory_cost": 19456}


def test_the_dummy_hash_has_the_cost_of_a_real_one_and_fits_nothing():
    real = LIGHT.make("a password")
    assert real.rsplit("$", 2)[0] == LIGHT.dummy.rsplit("$", 2)[0]
    assert len(real) == len(LIGHT.dummy)
    assert LIGHT.fits(real, "a password")
    assert not LIGHT.fits(real, "another")
    for anything in ("", "a password", LIGHT.dummy):
        assert not LIGHT.fits("", anything)


def test_the_clock_of_codes_is_the_portals(registry, clock):
    first = training_code(registry, LOGIN)
    clock.advance(seconds=30)
    assert training_code(registry, LOGIN) != first
    assert now(registry) == clock()
    transaction.abort()
