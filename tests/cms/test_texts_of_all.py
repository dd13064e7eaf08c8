"""What all networks say is written once; an office changes its own copy and keeps it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import transaction

from cpms_portal.cms.actions.moving import discard, move_item
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.importer import import_library
from cpms_portal.cms.queries.items import values_of
from cpms_portal.contentio.exporting import Change, differences, exported, remember
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.settings import setting

pytestmark = pytest.mark.storages("filestorage")  # files do not depend on the storage
OWN = "networks/bond/library/"


@pytest.fixture
def copy(registry, tmp_path):
    """A folder of content that may be changed."""
    return Path(shutil.copytree(setting(registry, "cpms.content"), tmp_path / "content"))


@pytest.fixture
def bond(root):
    """The library of a network that has no files of its own."""
    return root["networks"]["bond"]["library"]


def add_a_step(item, portal):
    values = values_of(item, "en")
    save_item(item, "en", {**values, "summary": "Ours."}, portal)
    transaction.savepoint()


def test_what_an_office_changes_becomes_files_of_its_own_in_every_language(
    root, portal, bond, copy
):
    top = root._p_jar.root()
    assert not [path for path, _content in exported(root, portal) if path.startswith(OWN)]
    add_a_step(bond["getting-started"], portal)
    written = {path: content for path, content in exported(root, portal) if path.startswith(OWN)}
    assert sorted(written) == [f"{OWN}{one}/getting-started.md" for one in ("de", "en", "fr")]
    assert b"summary: Ours." in written[f"{OWN}en/getting-started.md"]
    assert b"in BOND" in written[f"{OWN}en/getting-started.md"]
    found = differences(top, root, copy, portal)
    assert [(one.path, one.change) for one in found] == [
        (path, Change.NEW_HERE) for path in sorted(written)
    ]


def test_what_an_office_changed_stays_when_the_text_of_all_changes(root, portal, bond, copy):
    add_a_step(bond["getting-started"], portal)
    path = copy / "network_library" / "en" / "getting-started.md"
    path.write_text(path.read_text().replace("Practise", "Try it out"))
    import_library(root, copy, portal)
    steps = {
        name: [one["title"] for one in
               root["networks"][name]["library"]["getting-started"].texts["en"].more["steps"]]
        for name in ("bond", "vascern")
    }  # fmt: skip
    assert "Practise" in steps["bond"] and "Try it out" in steps["vascern"]


def test_a_file_of_its_own_takes_the_place_of_the_text_of_all(root, portal, bond, copy):
    add_a_step(bond["getting-started"], portal)
    for path, content in exported(root, portal):
        if path.startswith(OWN):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_bytes(content)
    for name in list(bond):
        bond.remove(name)
    transaction.savepoint()
    import_library(root, copy, portal)
    assert bond["getting-started"].texts["en"].summary == "Ours."
    assert set(bond["getting-started"].texts) == {"en", "de", "fr"}
    assert bond["helpdesk"].title == "Helpdesk of BOND"
    remember(root._p_jar.root(), root, copy, portal)
    assert differences(root._p_jar.root(), root, copy, portal) == []


def test_what_an_office_threw_away_or_moved_does_not_come_back(root, portal, bond, copy, made):
    discard(bond["questions"], portal)
    shelf = made("folder", "Shelf", into=bond, published=True)
    move_item(bond["getting-started"], shelf, portal)
    assert import_library(root, copy, portal) == 0
    assert "questions" not in bond and "getting-started" not in bond


def test_what_stood_in_a_folder_that_was_thrown_away_does_not_come_back(root, portal, copy):
    discard(root["library"]["pictures"], portal)
    assert import_library(root, copy, portal) == 0


def test_an_unknown_word_is_refused_with_the_name_of_its_file(root, portal, copy):
    path = copy / "network_library" / "en" / "helpdesk.md"
    path.write_text(path.read_text().replace("${display}", "${nobody}"))
    with pytest.raises(ConfigurationRefusedError, match="helpdesk.md: unknown word"):
        import_library(root, copy, portal)
