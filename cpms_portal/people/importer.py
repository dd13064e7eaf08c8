"""The invented accounts of the training site, as ``content/training_site/accounts.yaml`` says.

No password is hashed here: training accounts hold none and are checked against the shared one.
Their devices have a secret that follows from the site's secret and the account's name, so that
``./cpms account NAME --code`` can show the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cpms_portal.contentio.reading import check_keys, read_yaml
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.resources import modified
from cpms_portal.identity.actions import open_account, seal_device
from cpms_portal.identity.queries import training_secret
from cpms_portal.networks.actions import add_person, admit_member
from cpms_portal.networks.resources import Institution, Network
from cpms_portal.people.actions import choose_areas, refresh_facets, update_profile
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.grants import grant
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role

#: The accounts are older than the panels they work in.
BEFORE = timedelta(days=730)
KEYS = {"mail_domain", "prefixes", "slots", "overrides", "administrators"}
SLOT_KEYS = {
    "slot", "name", "roles", "seat", "country", "professional_role", "expertise", "languages",
    "areas", "people",
}  # fmt: skip
OVERRIDE_KEYS = {"institution", "person", "professional_role", "expertise", "languages", "areas"}


def accounts_path(folder: Path) -> Path:
    """Return where the accounts stand in the content."""
    return folder / "training_site" / "accounts.yaml"


def read_accounts(folder: Path) -> dict[str, Any]:
    """Return the file of the accounts; ConfigurationRefusedError when a word is unknown."""
    path = accounts_path(folder)
    found: dict[str, Any] = read_yaml(path)
    check_keys(path, found, KEYS)
    for slot in found["slots"]:
        check_keys(path, slot, SLOT_KEYS)
    names = {name for name, _slot, _slug, _number in _lines(found)}
    for name, override in found["overrides"].items():
        check_keys(path, override, set(), OVERRIDE_KEYS)
        if name not in names:
            raise ConfigurationRefusedError(f"{path}: overrides: {name}: no such account")
    for administrator in found["administrators"]:
        check_keys(path, administrator, {"name", "person"})
    return found


def account_names(folder: Path) -> list[str]:
    """Return the names of all training accounts, in alphabetical order."""
    found = read_accounts(folder)
    administrators = [one["name"] for one in found["administrators"]]
    return sorted([*administrators, *(line[0] for line in _lines(found))])


def _lines(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str, int]]:
    """Yield every account: its name, its slot, the slug of its network, the network's number."""
    for slot in found["slots"]:
        for number, slug in enumerate(sorted(found["prefixes"])):
            yield slot["name"].format(prefix=found["prefixes"][slug]), slot, slug, number


def import_accounts(root: Any, folder: Path, actor: Actor) -> int:
    """Make the accounts that are missing; return how many were made."""
    path, found = accounts_path(folder), read_accounts(folder)
    actor = replace(actor, now=actor.now - BEFORE)
    made = 0
    for name, slot, slug, number in _lines(found):
        if root["people"].person_of_login(name) is not None:
            continue
        if slug not in root["networks"]:
            raise ConfigurationRefusedError(f"{path}: prefixes: {slug}: no such network")
        line = {"person": slot["people"][number], **slot, **found["overrides"].get(name, {})}
        mail = f"{name}@{found['mail_domain']}"
        person = _make_person(root, name, mail, line["person"], actor=actor)
        _seat(person, root["networks"][slug], line, path, actor=actor)
        made += 1
    for line in found["administrators"]:
        if root["people"].person_of_login(line["name"]) is None:
            mail = f"{line['name']}@{found['mail_domain']}"
            person = _make_person(root, line["name"], mail, line["person"], actor=actor)
            grant(person, Role.ADMINISTRATOR, root, since=actor.now)
            refresh_facets(person, actor)
            modified(person, actor.registry)
            made += 1
    return made


def _make_person(root: Any, login: str, mail: str, name: str, *, actor: Actor) -> Person:
    person = add_person(root["people"], name, mail, login=login, actor=actor)
    open_account(person, actor, training=True)
    secret = training_secret(actor.registry, login)
    seal_device(person, "Training device", secret, last_step=0, actor=actor)
    return person


def _seat(
    person: Person, network: Network, line: dict[str, Any], path: Path, *, actor: Actor
) -> None:
    centre = _centre(network, line)
    if centre is None:
        raise ConfigurationRefusedError(f"{path}: {person.mail}: no such centre")
    for role in line["roles"]:
        admit_member(centre, person, Role(role), actor)
    profile = {name: line[name] for name in ("professional_role", "expertise")}
    update_profile(person, {**profile, "languages": tuple(line["languages"])}, actor)
    choose_areas(person, network, AreaChoice(specialist=_areas(network, line, path)), actor)


def _centre(network: Network, line: dict[str, Any]) -> Institution | None:
    """Return the centre of an account: the one named, else the first of the country."""
    if line.get("institution"):
        code = line["institution"].lower()
        return next((c[code] for c in network.countries() if code in c), None)
    country = next((c for c in network.countries() if c.code == line["country"]), None)
    if country is None:
        return None
    guests = line["seat"] == "guest"
    return next((c for c in country.institutions() if c.is_guest_access == guests), None)


def _areas(network: Network, line: dict[str, Any], path: Path) -> tuple[str, ...]:
    """Return the areas of an account: those named, or so many from a place on, round the end."""
    known = [area.area_id for area in network.areas]
    wanted = line["areas"]
    if isinstance(wanted, dict):
        count = min(wanted["count"], len(known))
        wanted = [known[(wanted["start"] + number) % len(known)] for number in range(count)]
    unknown = set(wanted) - set(known)
    if unknown:
        raise ConfigurationRefusedError(f"{path}: areas {sorted(unknown)}: no such area")
    return tuple(wanted)
