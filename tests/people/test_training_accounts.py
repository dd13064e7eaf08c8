"""The training accounts become people with memberships, profiles and areas."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from cpms_portal.core.actor import system_actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.resources import root_of
from cpms_portal.people.importer import account_names, import_accounts, read_accounts
from cpms_portal.security.grants import grants_of, holds
from cpms_portal.security.roles import Role
from tests.ground import PROJECT

CONTENT = PROJECT / "content"


@pytest.fixture
def altered(tmp_path):
    """Return a maker of a copy of the file with something changed."""

    def make(change) -> Path:
        folder = tmp_path / "training_site"
        shutil.copytree(CONTENT / "training_site", folder)
        path = folder / "accounts.yaml"
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(found)
        path.write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")
        return tmp_path

    return make


def test_every_name_of_the_file_can_sign_in(root):
    names = account_names(CONTENT)
    assert len(names) == 8 * 24 + 1
    for name in names:
        person = root["people"].person_of_login(name)
        assert person.account.training
        assert len(person.account.devices) == 1
        assert root["people"].person_of_login(f"{name}@training.invalid") is person


def test_roles_are_held_where_the_file_says(root, registry):
    actor = system_actor(registry)
    liver = root["networks"]["rare-liver"]

    def held(login, role, node):
        return holds(root["people"].person_of_login(login), role, node, actor.now)

    assert held("rareliverhpuser1", Role.HP, liver["germany"]["de40"])
    assert held("rarelivercoordinator", Role.COORDINATOR, liver)
    assert held("rarelivercoordinator", Role.HP, liver["germany"]["de40"])
    assert held("rareliverguest", Role.GUEST, liver["portugal"]["guest"])
    assert held("rareliverresearcher", Role.RESEARCHER, liver)
    assert held("siteadmin", Role.ADMINISTRATOR, root_of(liver))
    administrator = root["people"].person_of_login("siteadmin")
    assert len(grants_of(administrator, actor.now)) == 1


def test_importing_again_makes_nothing(root, registry):
    assert import_accounts(root, CONTENT, system_actor(registry)) == 0


def test_every_clinician_has_an_area_of_the_own_network(root):
    for name in account_names(CONTENT):
        profile = root["people"].person_of_login(name).profile
        for slug, choice in (profile.areas if profile else {}).items():
            known = {area.area_id for area in root["networks"][slug].areas}
            assert choice.all
            assert set(choice.all) <= known


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(colour="red"),
        lambda found: found["slots"][0].pop("roles"),
        lambda found: found["overrides"].update(nobodyhpuser1={"areas": []}),
        lambda found: found["overrides"]["rareliverhpuser1"].update(password="x"),
        lambda found: found["administrators"][0].pop("person"),
    ],
)
def test_a_word_that_is_not_known_stops_the_import_and_names_the_file(altered, change):
    with pytest.raises(ConfigurationRefusedError, match="accounts.yaml"):
        read_accounts(altered(change))


@pytest.mark.parametrize("wrong", [{"institution": "XX99"}, {"areas": ["no-such-area"]}])
def test_a_reference_to_nothing_stops_the_import(altered, root, registry, wrong):
    def change(found):
        found["slots"] = [{**found["slots"][0], "name": "{prefix}newcomer"}]
        found["overrides"] = {"rarelivernewcomer": wrong}

    with pytest.raises(ConfigurationRefusedError, match="accounts.yaml"):
        import_accounts(root, altered(change), system_actor(registry))
