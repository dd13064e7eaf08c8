"""A site with one administrator: who lost the second factor is helped from the server."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import contextmanager

import pytest
import transaction

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.actor import system_actor
from cpms_portal.scripts import account
from cpms_portal.scripts.account import administrator_link

WHY = "Recognised at the desk, with the passport."


@pytest.fixture
def administrator(browser_of):
    """The browser of the one site administrator."""
    return browser_of("siteadmin")


def path_of(root, login, name):
    """Return the address of a step for somebody's account."""
    return f"/people/{root['people'].person_of_login(login).__name__}/{name}"


def test_where_nobody_else_could_agree_the_page_says_what_to_do(administrator, login, root):
    page = administrator.get(path_of(root, login, "administer"))
    assert "./cpms account MAIL --reset-factors REASON" in page.text
    page = administrator.get(path_of(root, login, "reset-factors"))
    assert "nobody else could agree here" in page.text


def test_where_a_second_administrator_is_there_nothing_is_said_of_it(
    administrator, login, root, registry
):
    administrator_link(root, "Olga Zweit", "olga@clinic.invalid", actor=system_actor(registry))
    transaction.commit()
    page = administrator.get(path_of(root, login, "administer"))
    assert "--reset-factors" not in page.text


def test_who_runs_the_server_resets_factors_and_it_stands_in_the_trail(
    visitor, login, root, registry, site, monkeypatch, capsys
):
    visitor.sign_in(login)

    @contextmanager
    def here(_ini):
        yield {"root": root, "registry": registry}

    monkeypatch.setattr(account, "opened", here)
    parser = ArgumentParser()
    account.arguments(parser)
    assert account.run(parser.parse_args([login, "--reset-factors", "short"])) == 2
    assert account.run(parser.parse_args(["nobody@clinic.invalid", "--reset-factors", WHY])) == 1
    assert visitor.is_in()
    assert account.run(parser.parse_args([login, "--reset-factors", WHY])) == 0
    assert "sets up a new device" in capsys.readouterr().out
    assert not visitor.is_in()
    assert visitor.give_password(login).location.endswith("/sign-in/device")
    last = trail_of(registry).rows("who", 0, 1)[0].entry
    assert last.action == "account.factors_reset"
    assert WHY in last.detail
