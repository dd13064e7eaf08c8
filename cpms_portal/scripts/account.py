"""Show the code of a training account, make a site administrator, or reset somebody's factors.

./cpms account NAME --code                     the code a training account's device shows now
./cpms account add --administrator NAME MAIL   a site administrator; prints a link, once
./cpms account MAIL --reset-factors REASON     where no second administrator can agree: recognise
                                               the person first, and say how; it is recorded
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import transaction

from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.core.resources import modified
from cpms_portal.core.settings import setting
from cpms_portal.identity.actions import make_link, open_account
from cpms_portal.identity.actions.resets import reset_by_operator
from cpms_portal.identity.queries import training_code
from cpms_portal.networks.actions import add_person
from cpms_portal.people.actions import refresh_facets
from cpms_portal.people.importer import account_names
from cpms_portal.scripts._opening import configured, opened, take_ini
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role

#: So many letters a reason has at least.
SHORTEST_REASON = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take a name, or what to make."""
    take_ini(parser)
    parser.add_argument("name", help="a training account, a mail address, or add")
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--code", action="store_true", help="show the code of now")
    chosen.add_argument("--administrator", nargs=2, metavar=("NAME", "MAIL"))
    chosen.add_argument("--reset-factors", metavar="REASON", help="how the person was recognised")


def run(options: argparse.Namespace) -> int:
    """Show the code or make the administrator."""
    if options.code:
        return show_code(options.ini, options.name)
    if options.reset_factors is not None:
        return reset(options.ini, options.name, options.reset_factors.strip())
    if options.name != "add":
        print("cpms account: did you mean: account add --administrator NAME MAIL", file=sys.stderr)
        return 2
    with opened(options.ini) as environment:
        root, actor = environment["root"], system_actor(environment["registry"])
        link = administrator_link(root, *options.administrator, actor=actor)
        transaction.commit()
    print(link)
    return 0


def show_code(ini: Path, name: str) -> int:
    """Print the code of a training account; the database is not opened."""
    registry = configured(ini).registry
    code = training_code(registry, name)
    if name.lower() not in account_names(Path(setting(registry, "cpms.content"))):
        print(f"cpms account: no training account is called {name}", file=sys.stderr)
        return 1
    print(code)
    return 0


def reset(ini: Path, login: str, reason: str) -> int:
    """Take the factors of somebody away; who may run this on the server is the second pair of eyes.

    The owner gets a mail; reason and time stand in the audit trail, under the portal's name.
    """
    if len(reason) < SHORTEST_REASON:
        print("cpms account: say in a sentence how you recognised the person", file=sys.stderr)
        return 2
    with opened(ini) as environment:
        root, actor = environment["root"], system_actor(environment["registry"])
        person = root["people"].person_of_login(login)
        if person is None or person.account is None:
            print(f"cpms account: nobody signs in as {login}", file=sys.stderr)
            return 1
        reset_by_operator(person, reason, actor)
        transaction.commit()
    print("The devices and recovery codes are gone. The next sign-in sets up a new device.")
    return 0


def administrator_link(root: Any, name: str, mail: str, *, actor: Actor) -> str:
    """Make somebody a site administrator and return the link to set a password."""
    people = root["people"]
    person = people.person_of_login(mail) or add_person(people, name, mail, actor=actor)
    if person.account is None:
        open_account(person, actor)
    grant(person, Role.ADMINISTRATOR, root, since=actor.now)
    refresh_facets(person, actor)
    modified(person, actor.registry)
    token = make_link(person, actor)
    return f"{setting(actor.registry, 'cpms.url').rstrip('/')}/set-password/{token}"
