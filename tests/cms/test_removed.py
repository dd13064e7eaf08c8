"""What the office removed for good stays removed, whatever the files of the portal say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import transaction

from cpms_portal.cms.actions.moving import (
    discard,
    let_return,
    move_item,
    remove_for_good,
    restore,
)
from cpms_portal.cms.importer import import_library
from cpms_portal.contentio.exporting import export_content, exported
from cpms_portal.core.resources import oid_of
from cpms_portal.core.settings import setting
from tests.cms.conftest import EDITOR, READER


@pytest.fixture
def copy(registry, tmp_path):
    """A folder of content that may be changed."""
    content = Path(setting(registry, "cpms.content"))
    return Path(shutil.copytree(content, tmp_path / "content"))


@pytest.fixture
def purge(root, portal):
    """Remove an item for good, by way of the trash."""

    def away(item):
        discard(item, portal)
        remove_for_good(item, portal)
        transaction.savepoint()

    return away


def change(copy, name):
    """Say something new in a file, so that there is an update to read."""
    path = copy / "library" / "en" / f"{name}.md"
    path.write_text(path.read_text() + "\nSaid anew.\n")


def test_what_was_removed_for_good_does_not_come_back_with_an_update(root, portal, purge, copy):
    library = root["library"]
    purge(library["welcome"])
    change(copy, "welcome")
    assert import_library(root, copy, portal) == 0
    assert "welcome" not in library
    assert library.removed == {"welcome"}


def test_nor_does_what_was_moved_before(root, portal, purge, copy, made):
    shelf = made("folder", "Shelf", published=True)
    move_item(root["library"]["welcome"], shelf, portal)
    purge(shelf["welcome"])
    assert import_library(root, copy, portal) == 0


def test_nor_a_folder_with_all_in_it_and_what_an_update_adds_to_it(root, portal, purge, copy):
    purge(root["library"]["pictures"])
    added = copy / "library" / "en" / "pictures" / "one-more.md"
    added.write_text('---\ntitle: "One more"\norder: 1\ntags: []\nlanguage: en\n---\nNew.\n')
    assert import_library(root, copy, portal) == 0
    assert "pictures" not in root["library"]


def test_a_page_all_networks_have_goes_in_the_network_that_removed_it(root, portal, purge, copy):
    purge(root["networks"]["bond"]["library"]["questions"])
    assert import_library(root, copy, portal) == 0
    assert "questions" not in root["networks"]["bond"]["library"]
    assert "questions" in root["networks"]["vascern"]["library"]


def test_what_was_written_here_and_removed_leaves_no_mark(root, purge, made):
    purge(made("page", "Of this site"))
    assert root["library"].removed == frozenset()


def test_a_restored_page_follows_its_file_again(root, portal, copy):
    page = root["library"]["welcome"]
    discard(page, portal)
    change(copy, "welcome")
    import_library(root, copy, portal)
    restore(page, portal)
    import_library(root, copy, portal)
    assert "Said anew." in page.texts["en"].text


def test_it_comes_back_when_the_office_lets_it(root, portal, purge, copy):
    purge(root["library"]["welcome"])
    let_return(root["library"], "welcome", portal)
    assert import_library(root, copy, portal) == 1
    assert "welcome" in root["library"]


def test_another_portal_born_from_the_exported_files_does_not_have_it_either(
    root, portal, purge, copy
):
    library = root["library"]
    purge(library["welcome"])
    export_content(root, copy, portal)
    assert (copy / "library" / "removed.yaml").read_text() == "removed:\n- welcome\n"
    before = dict(exported(root, portal))
    library.removed, library.removed_read = frozenset(), ""
    assert import_library(root, copy, portal) == 0
    assert "welcome" not in library
    assert dict(exported(root, portal)) == before


def test_the_files_of_another_portal_remove_nothing_that_stands_here(root, portal, copy):
    (copy / "library" / "removed.yaml").write_text("removed:\n- welcome\n")
    import_library(root, copy, portal)
    assert "welcome" in root["library"]
    assert root["library"].removed == frozenset()


def test_the_trash_names_what_was_removed_for_good(root, portal, purge, office, browser_of, made):
    purge(root["library"]["welcome"])
    transaction.commit()
    page = browser_of(EDITOR).get("/library/trash")
    form = next(
        form
        for form in page.forms.values()
        if "name" in form.fields and form["name"].value == "welcome"
    )
    shown = form.submit("act", value="return").follow()
    assert "It comes back with the next update" in shown
    assert not shown.html.select("#removed")
    transaction.abort()
    assert root["library"].removed == frozenset()
    browser_of(READER).get("/library/trash", status="4*")


def test_the_report_of_broken_links_says_what_an_identity_stood_for(
    root, portal, purge, office, browser_of, made
):
    target, thrown = made("page", "Purged"), made("page", "In the bin")
    links = "".join(f'<a href="/resolve/{oid_of(one)}">x</a>' for one in (target, thrown))
    made("page", "Pointing", text=f"<p>{links}</p>", published=True)
    purge(target)
    discard(thrown, portal)
    transaction.commit()
    shown = browser_of(EDITOR).get("/library/broken-links").html.select("main tbody tr")
    said = {row.select("td")[0].get_text(strip=True) for row in shown if "Pointing" in row.text}
    assert said == {"a page that was removed for good", "In the bin"}
